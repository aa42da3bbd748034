-- A store as the kad of schema 3 has left it; see README.md.
PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1801544753;
PRAGMA user_version = 3;
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE workflows (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  definition TEXT NOT NULL,
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO workflows VALUES('plain','Plain','1.0.0','{"id":"plain","name":"Plain","version":"1.0.0","source":"workflows/plain.yaml","triggers":[{"type":"cli","command":"kad workflow plain","params":[{"name":"text","schema":{"type":"string"},"required":true}]}],"steps":[{"id":"one","line":6,"run":["echo","{{ trigger.text }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"two"},{"on":"failure","to":"$fail"}]},{"id":"two","line":7,"run":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"],"idempotent":false,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"three"},{"on":"failure","to":"$fail"}]},{"id":"three","line":8,"run":["echo","{{ steps.one.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"bounds":{"stepRuns":3,"agentCalls":0,"timeMs":180000,"most":{}}}','2026-11-24T22:18:44.469Z','2026-11-24T22:18:44.469Z');
INSERT INTO workflows VALUES('hold','Hold','1.0.0','{"id":"hold","name":"Hold","version":"1.0.0","source":"workflows/hold.yaml","triggers":[{"type":"cli","command":"kad workflow hold","params":[]}],"steps":[{"id":"first","line":6,"run":["echo","first"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"later"},{"on":"failure","to":"$fail"}]},{"id":"later","line":7,"wait":"500ms","outputs":{"type":"object","properties":{}},"routes":[{"on":"success","to":"ask"},{"on":"failure","to":"$fail"}]},{"id":"ask","line":8,"approval":{"prompt":"Go on?","choices":["go","stop"]},"outputs":{"type":"object","properties":{"choice":{"type":"string","enum":["go","stop"]},"by":{"type":"string"},"comment":{"type":"string"}},"required":["choice","by"]},"routes":[{"on":"success","when":"outcome `go`","to":"last"},{"on":"success","when":"outcome `stop`","to":"$fail"},{"on":"failure","to":"$fail"}]},{"id":"last","line":9,"run":["echo","{{ steps.first.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":4,"agentCalls":0,"most":{}}}','2026-11-24T22:18:44.887Z','2026-11-24T22:18:44.887Z');
CREATE TABLE executions (
  slot INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workflow_id TEXT NOT NULL,
  workflow_version TEXT NOT NULL,
  trigger_type TEXT NOT NULL,
  trigger_data TEXT,
  status TEXT NOT NULL,
  current_step TEXT,
  state TEXT,
  started_at DATETIME DEFAULT CURRENT_TIMESTAMP,
  completed_at DATETIME,
  error TEXT,
  outputs TEXT,
  key TEXT,
  build_id TEXT,
  workspace TEXT,
  request TEXT,
  history_seq INTEGER NOT NULL DEFAULT 0, parent_id TEXT
  REFERENCES executions(id) DEFERRABLE INITIALLY DEFERRED, parent_key TEXT
  REFERENCES step_executions(id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (workflow_id) REFERENCES workflows(id)
);
INSERT INTO executions VALUES(1,'0ccsttnpbnrzykkc','plain','1.0.0','cli','{"text":"finished"}','completed',NULL,NULL,'2026-11-24T22:18:44.469Z','2026-11-24T22:18:44.527Z',NULL,'{"said":"finished\n\n"}',NULL,NULL,'PROJECT',NULL,8,NULL,NULL);
INSERT INTO executions VALUES(2,'cwmfz7mqknyjpt52','plain','1.0.0','cli','{"text":"failed"}','failed',NULL,NULL,'2026-11-24T22:18:44.554Z','2026-11-24T22:18:44.601Z','{"code":"exit_status","message":"exit status 3","step":"two"}',NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL);
INSERT INTO executions VALUES(3,'5e8c42rpd1ch0mgn','plain','1.0.0','cli','{"text":"interrupted"}','paused','two',NULL,'2026-11-24T22:18:44.636Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL);
INSERT INTO executions VALUES(4,'awysdmbksx8566qx','hold','1.0.0','cli','{}','waiting','ask',NULL,'2026-11-24T22:18:44.887Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,7,NULL,NULL);
INSERT INTO executions VALUES(5,'p4w24d27v1fg8688','hold','1.0.0','cli','{}','waiting','later',NULL,'2026-11-24T22:18:45.496Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,5,NULL,NULL);
CREATE TABLE step_executions (
  id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  module TEXT NOT NULL,
  action TEXT NOT NULL,
  inputs TEXT,
  outputs TEXT,
  status TEXT NOT NULL,
  started_at DATETIME DEFAULT CURRENT_TIMESTAMP,
  completed_at DATETIME,
  error TEXT,
  visit INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  run INTEGER NOT NULL, outcome TEXT, item TEXT NOT NULL DEFAULT '', parent TEXT
  REFERENCES step_executions(id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO step_executions VALUES('0ccsttnpbnrzykkc/one/1/1','0ccsttnpbnrzykkc','one','','run','{"argv":["echo","finished"]}','{"exitCode":0,"stdout":"finished\n","stderr":""}','completed','2026-11-24T22:18:44.478Z','2026-11-24T22:18:44.492Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('0ccsttnpbnrzykkc/two/1/1','0ccsttnpbnrzykkc','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-24T22:18:44.492Z','2026-11-24T22:18:44.507Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('0ccsttnpbnrzykkc/three/1/1','0ccsttnpbnrzykkc','three','','run','{"argv":["echo","finished\n"]}','{"exitCode":0,"stdout":"finished\n\n","stderr":""}','completed','2026-11-24T22:18:44.507Z','2026-11-24T22:18:44.527Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('cwmfz7mqknyjpt52/one/1/1','cwmfz7mqknyjpt52','one','','run','{"argv":["echo","failed"]}','{"exitCode":0,"stdout":"failed\n","stderr":""}','completed','2026-11-24T22:18:44.560Z','2026-11-24T22:18:44.596Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('cwmfz7mqknyjpt52/two/1/1','cwmfz7mqknyjpt52','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":3,"stdout":"","stderr":""}','failed','2026-11-24T22:18:44.596Z','2026-11-24T22:18:44.601Z','{"code":"exit_status","message":"exit status 3","step":"two"}',1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('5e8c42rpd1ch0mgn/one/1/1','5e8c42rpd1ch0mgn','one','','run','{"argv":["echo","interrupted"]}','{"exitCode":0,"stdout":"interrupted\n","stderr":""}','completed','2026-11-24T22:18:44.637Z','2026-11-24T22:18:44.664Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('5e8c42rpd1ch0mgn/two/1/1','5e8c42rpd1ch0mgn','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}',NULL,'running','2026-11-24T22:18:44.664Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('awysdmbksx8566qx/first/1/1','awysdmbksx8566qx','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:18:44.888Z','2026-11-24T22:18:44.952Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('awysdmbksx8566qx/later/1/1','awysdmbksx8566qx','later','','wait','{"duration":"500ms"}','{}','completed','2026-11-24T22:18:44.951Z','2026-11-24T22:18:45.455Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('awysdmbksx8566qx/ask/1/1','awysdmbksx8566qx','ask','','approval','{"prompt":"Go on?"}',NULL,'running','2026-11-24T22:18:45.455Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('p4w24d27v1fg8688/first/1/1','p4w24d27v1fg8688','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:18:45.497Z','2026-11-24T22:18:45.511Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('p4w24d27v1fg8688/later/1/1','p4w24d27v1fg8688','later','','wait','{"duration":"500ms"}',NULL,'running','2026-11-24T22:18:45.511Z',NULL,NULL,1,1,1,NULL,'',NULL);
CREATE TABLE execution_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  step_id TEXT,
  data TEXT,
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  seq INTEGER NOT NULL,
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO execution_history VALUES(1,'0ccsttnpbnrzykkc','execution_started',NULL,NULL,'2026-11-24T22:18:44.469Z',1);
INSERT INTO execution_history VALUES(2,'0ccsttnpbnrzykkc','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.478Z',2);
INSERT INTO execution_history VALUES(3,'0ccsttnpbnrzykkc','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.492Z',3);
INSERT INTO execution_history VALUES(4,'0ccsttnpbnrzykkc','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:44.492Z',4);
INSERT INTO execution_history VALUES(5,'0ccsttnpbnrzykkc','step_completed','two','{"visit":1,"attempt":1}','2026-11-24T22:18:44.507Z',5);
INSERT INTO execution_history VALUES(6,'0ccsttnpbnrzykkc','step_started','three','{"visit":1,"attempt":1}','2026-11-24T22:18:44.507Z',6);
INSERT INTO execution_history VALUES(7,'0ccsttnpbnrzykkc','step_completed','three','{"visit":1,"attempt":1}','2026-11-24T22:18:44.527Z',7);
INSERT INTO execution_history VALUES(8,'0ccsttnpbnrzykkc','execution_completed',NULL,NULL,'2026-11-24T22:18:44.527Z',8);
INSERT INTO execution_history VALUES(9,'cwmfz7mqknyjpt52','execution_started',NULL,NULL,'2026-11-24T22:18:44.554Z',1);
INSERT INTO execution_history VALUES(10,'cwmfz7mqknyjpt52','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.560Z',2);
INSERT INTO execution_history VALUES(11,'cwmfz7mqknyjpt52','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.596Z',3);
INSERT INTO execution_history VALUES(12,'cwmfz7mqknyjpt52','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:44.596Z',4);
INSERT INTO execution_history VALUES(13,'cwmfz7mqknyjpt52','step_failed','two','{"visit":1,"attempt":1,"error":{"code":"exit_status","message":"exit status 3","step":"two"}}','2026-11-24T22:18:44.601Z',5);
INSERT INTO execution_history VALUES(14,'cwmfz7mqknyjpt52','execution_failed',NULL,'{"code":"exit_status","message":"exit status 3","step":"two"}','2026-11-24T22:18:44.601Z',6);
INSERT INTO execution_history VALUES(15,'5e8c42rpd1ch0mgn','execution_started',NULL,NULL,'2026-11-24T22:18:44.636Z',1);
INSERT INTO execution_history VALUES(16,'5e8c42rpd1ch0mgn','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.637Z',2);
INSERT INTO execution_history VALUES(17,'5e8c42rpd1ch0mgn','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:44.664Z',3);
INSERT INTO execution_history VALUES(18,'5e8c42rpd1ch0mgn','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:44.664Z',4);
INSERT INTO execution_history VALUES(19,'5e8c42rpd1ch0mgn','step_interrupted','two',NULL,'2026-11-24T22:18:44.816Z',5);
INSERT INTO execution_history VALUES(20,'5e8c42rpd1ch0mgn','execution_paused',NULL,NULL,'2026-11-24T22:18:44.816Z',6);
INSERT INTO execution_history VALUES(21,'awysdmbksx8566qx','execution_started',NULL,NULL,'2026-11-24T22:18:44.887Z',1);
INSERT INTO execution_history VALUES(22,'awysdmbksx8566qx','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:18:44.888Z',2);
INSERT INTO execution_history VALUES(23,'awysdmbksx8566qx','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:18:44.952Z',3);
INSERT INTO execution_history VALUES(24,'awysdmbksx8566qx','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:18:44.952Z',4);
INSERT INTO execution_history VALUES(25,'awysdmbksx8566qx','step_completed','later','{"visit":1,"attempt":1}','2026-11-24T22:18:45.455Z',5);
INSERT INTO execution_history VALUES(26,'awysdmbksx8566qx','step_started','ask','{"visit":1,"attempt":1}','2026-11-24T22:18:45.455Z',6);
INSERT INTO execution_history VALUES(27,'awysdmbksx8566qx','execution_waiting','ask','{"for":"approval"}','2026-11-24T22:18:45.456Z',7);
INSERT INTO execution_history VALUES(28,'p4w24d27v1fg8688','execution_started',NULL,NULL,'2026-11-24T22:18:45.496Z',1);
INSERT INTO execution_history VALUES(29,'p4w24d27v1fg8688','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:18:45.497Z',2);
INSERT INTO execution_history VALUES(30,'p4w24d27v1fg8688','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:18:45.511Z',3);
INSERT INTO execution_history VALUES(31,'p4w24d27v1fg8688','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:18:45.511Z',4);
INSERT INTO execution_history VALUES(32,'p4w24d27v1fg8688','execution_waiting','later','{"until":"2026-11-24T22:18:46.011Z"}','2026-11-24T22:18:45.519Z',5);
CREATE TABLE positions (
  id INTEGER PRIMARY KEY,
  execution_id TEXT NOT NULL,
  block_key TEXT NOT NULL,
  branch TEXT NOT NULL,
  status TEXT NOT NULL,
  current_step TEXT,
  error TEXT,
  FOREIGN KEY (execution_id) REFERENCES executions(id),
  FOREIGN KEY (block_key) REFERENCES step_executions(id)
);
CREATE TABLE IF NOT EXISTS "gates" (
  step_key TEXT NOT NULL,
  way TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  opened_at DATETIME NOT NULL,
  due_at DATETIME,
  choices TEXT,
  event TEXT,
  "match" TEXT,
  answer TEXT,
  PRIMARY KEY (step_key, way),
  FOREIGN KEY (step_key) REFERENCES step_executions(id),
  FOREIGN KEY (execution_id) REFERENCES executions(id)
) WITHOUT ROWID;
INSERT INTO gates VALUES('5e8c42rpd1ch0mgn/two/1/1','','5e8c42rpd1ch0mgn','question','`two` was interrupted, and may not simply run again: did it happen?','2026-11-24T22:18:44.816Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO gates VALUES('awysdmbksx8566qx/ask/1/1','','awysdmbksx8566qx','approval','Go on?','2026-11-24T22:18:45.455Z',NULL,'["go","stop"]',NULL,NULL,NULL);
INSERT INTO gates VALUES('p4w24d27v1fg8688/later/1/1','','p4w24d27v1fg8688','timer','','2026-11-24T22:18:45.511Z','2026-11-24T22:18:46.011Z',NULL,NULL,NULL,NULL);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  source TEXT,
  emitted_at DATETIME NOT NULL
);
CREATE TABLE taken_events (
  execution_id TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (execution_id, event_id),
  FOREIGN KEY (execution_id) REFERENCES executions(id),
  FOREIGN KEY (event_id) REFERENCES events(id)
) WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('execution_history',32);
CREATE UNIQUE INDEX executions_with_key ON executions (workflow_id, key)
  WHERE key IS NOT NULL;
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);
CREATE INDEX executions_of_parent ON executions (parent_id);
CREATE UNIQUE INDEX executions_with_parent_key ON executions (parent_key)
  WHERE parent_key IS NOT NULL;
CREATE INDEX executions_of_workflow ON executions (workflow_id, parent_id);
CREATE INDEX step_executions_of_block ON step_executions (parent)
  WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, item, visit, attempt);
CREATE UNIQUE INDEX positions_of_block ON positions (block_key, branch);
CREATE INDEX positions_of_execution ON positions (execution_id);
CREATE INDEX gates_of_execution ON gates (execution_id);
CREATE INDEX gates_of_event ON gates (event) WHERE event IS NOT NULL;
CREATE INDEX events_of_name ON events (name, emitted_at);
CREATE INDEX taken_events_of_event ON taken_events (event_id);
COMMIT;

-- A store as the kad of schema 2 has left it; see README.md.
PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1801544753;
PRAGMA user_version = 2;
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
INSERT INTO workflows VALUES('plain','Plain','1.0.0','{"id":"plain","name":"Plain","version":"1.0.0","source":"workflows/plain.yaml","triggers":[{"type":"cli","command":"kad workflow plain","params":[{"name":"text","schema":{"type":"string"},"required":true}]}],"steps":[{"id":"one","line":6,"run":["echo","{{ trigger.text }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"two"},{"on":"failure","to":"$fail"}]},{"id":"two","line":7,"run":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"],"idempotent":false,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"three"},{"on":"failure","to":"$fail"}]},{"id":"three","line":8,"run":["echo","{{ steps.one.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"bounds":{"stepRuns":3,"agentCalls":0,"timeMs":180000,"most":{}}}','2026-11-24T22:18:42.345Z','2026-11-24T22:18:42.345Z');
INSERT INTO workflows VALUES('hold','Hold','1.0.0','{"id":"hold","name":"Hold","version":"1.0.0","source":"workflows/hold.yaml","triggers":[{"type":"cli","command":"kad workflow hold","params":[]}],"steps":[{"id":"first","line":6,"run":["echo","first"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"later"},{"on":"failure","to":"$fail"}]},{"id":"later","line":7,"wait":"500ms","outputs":{"type":"object","properties":{}},"routes":[{"on":"success","to":"ask"},{"on":"failure","to":"$fail"}]},{"id":"ask","line":8,"approval":{"prompt":"Go on?","choices":["go","stop"]},"outputs":{"type":"object","properties":{"choice":{"type":"string","enum":["go","stop"]},"by":{"type":"string"},"comment":{"type":"string"}},"required":["choice","by"]},"routes":[{"on":"success","when":"outcome `go`","to":"last"},{"on":"success","when":"outcome `stop`","to":"$fail"},{"on":"failure","to":"$fail"}]},{"id":"last","line":9,"run":["echo","{{ steps.first.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":4,"agentCalls":0,"most":{}}}','2026-11-24T22:18:42.823Z','2026-11-24T22:18:42.823Z');
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
  history_seq INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (workflow_id) REFERENCES workflows(id)
);
INSERT INTO executions VALUES(1,'s7nd14b1twmfh3gh','plain','1.0.0','cli','{"text":"finished"}','completed',NULL,NULL,'2026-11-24T22:18:42.345Z','2026-11-24T22:18:42.401Z',NULL,'{"said":"finished\n\n"}',NULL,NULL,'PROJECT',NULL,8);
INSERT INTO executions VALUES(2,'wa6b84fcrc7z456y','plain','1.0.0','cli','{"text":"failed"}','failed',NULL,NULL,'2026-11-24T22:18:42.446Z','2026-11-24T22:18:42.514Z','{"code":"exit_status","message":"exit status 3","step":"two"}',NULL,NULL,NULL,'PROJECT',NULL,6);
INSERT INTO executions VALUES(3,'fk6tn60n1rgypq2d','plain','1.0.0','cli','{"text":"interrupted"}','paused','two',NULL,'2026-11-24T22:18:42.543Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,6);
INSERT INTO executions VALUES(4,'gczr6798mxqab96e','hold','1.0.0','cli','{}','waiting','ask',NULL,'2026-11-24T22:18:42.823Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,7);
INSERT INTO executions VALUES(5,'pt3eqbhaptfpkw3y','hold','1.0.0','cli','{}','waiting','later',NULL,'2026-11-24T22:18:43.391Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,5);
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
  run INTEGER NOT NULL, outcome TEXT,
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO step_executions VALUES('s7nd14b1twmfh3gh/one/1/1','s7nd14b1twmfh3gh','one','','run','{"argv":["echo","finished"]}','{"exitCode":0,"stdout":"finished\n","stderr":""}','completed','2026-11-24T22:18:42.350Z','2026-11-24T22:18:42.379Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('s7nd14b1twmfh3gh/two/1/1','s7nd14b1twmfh3gh','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-24T22:18:42.379Z','2026-11-24T22:18:42.382Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('s7nd14b1twmfh3gh/three/1/1','s7nd14b1twmfh3gh','three','','run','{"argv":["echo","finished\n"]}','{"exitCode":0,"stdout":"finished\n\n","stderr":""}','completed','2026-11-24T22:18:42.382Z','2026-11-24T22:18:42.401Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('wa6b84fcrc7z456y/one/1/1','wa6b84fcrc7z456y','one','','run','{"argv":["echo","failed"]}','{"exitCode":0,"stdout":"failed\n","stderr":""}','completed','2026-11-24T22:18:42.446Z','2026-11-24T22:18:42.487Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('wa6b84fcrc7z456y/two/1/1','wa6b84fcrc7z456y','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":3,"stdout":"","stderr":""}','failed','2026-11-24T22:18:42.487Z','2026-11-24T22:18:42.514Z','{"code":"exit_status","message":"exit status 3","step":"two"}',1,1,1,NULL);
INSERT INTO step_executions VALUES('fk6tn60n1rgypq2d/one/1/1','fk6tn60n1rgypq2d','one','','run','{"argv":["echo","interrupted"]}','{"exitCode":0,"stdout":"interrupted\n","stderr":""}','completed','2026-11-24T22:18:42.544Z','2026-11-24T22:18:42.602Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('fk6tn60n1rgypq2d/two/1/1','fk6tn60n1rgypq2d','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}',NULL,'running','2026-11-24T22:18:42.602Z',NULL,NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('gczr6798mxqab96e/first/1/1','gczr6798mxqab96e','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:18:42.824Z','2026-11-24T22:18:42.853Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('gczr6798mxqab96e/later/1/1','gczr6798mxqab96e','later','','wait','{"duration":"500ms"}','{}','completed','2026-11-24T22:18:42.853Z','2026-11-24T22:18:43.354Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('gczr6798mxqab96e/ask/1/1','gczr6798mxqab96e','ask','','approval','{"prompt":"Go on?"}',NULL,'running','2026-11-24T22:18:43.353Z',NULL,NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('pt3eqbhaptfpkw3y/first/1/1','pt3eqbhaptfpkw3y','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:18:43.391Z','2026-11-24T22:18:43.436Z',NULL,1,1,1,NULL);
INSERT INTO step_executions VALUES('pt3eqbhaptfpkw3y/later/1/1','pt3eqbhaptfpkw3y','later','','wait','{"duration":"500ms"}',NULL,'running','2026-11-24T22:18:43.436Z',NULL,NULL,1,1,1,NULL);
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
INSERT INTO execution_history VALUES(1,'s7nd14b1twmfh3gh','execution_started',NULL,NULL,'2026-11-24T22:18:42.345Z',1);
INSERT INTO execution_history VALUES(2,'s7nd14b1twmfh3gh','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.350Z',2);
INSERT INTO execution_history VALUES(3,'s7nd14b1twmfh3gh','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.379Z',3);
INSERT INTO execution_history VALUES(4,'s7nd14b1twmfh3gh','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:42.379Z',4);
INSERT INTO execution_history VALUES(5,'s7nd14b1twmfh3gh','step_completed','two','{"visit":1,"attempt":1}','2026-11-24T22:18:42.382Z',5);
INSERT INTO execution_history VALUES(6,'s7nd14b1twmfh3gh','step_started','three','{"visit":1,"attempt":1}','2026-11-24T22:18:42.382Z',6);
INSERT INTO execution_history VALUES(7,'s7nd14b1twmfh3gh','step_completed','three','{"visit":1,"attempt":1}','2026-11-24T22:18:42.401Z',7);
INSERT INTO execution_history VALUES(8,'s7nd14b1twmfh3gh','execution_completed',NULL,NULL,'2026-11-24T22:18:42.401Z',8);
INSERT INTO execution_history VALUES(9,'wa6b84fcrc7z456y','execution_started',NULL,NULL,'2026-11-24T22:18:42.446Z',1);
INSERT INTO execution_history VALUES(10,'wa6b84fcrc7z456y','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.446Z',2);
INSERT INTO execution_history VALUES(11,'wa6b84fcrc7z456y','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.487Z',3);
INSERT INTO execution_history VALUES(12,'wa6b84fcrc7z456y','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:42.487Z',4);
INSERT INTO execution_history VALUES(13,'wa6b84fcrc7z456y','step_failed','two','{"visit":1,"attempt":1,"error":{"code":"exit_status","message":"exit status 3","step":"two"}}','2026-11-24T22:18:42.514Z',5);
INSERT INTO execution_history VALUES(14,'wa6b84fcrc7z456y','execution_failed',NULL,'{"code":"exit_status","message":"exit status 3","step":"two"}','2026-11-24T22:18:42.514Z',6);
INSERT INTO execution_history VALUES(15,'fk6tn60n1rgypq2d','execution_started',NULL,NULL,'2026-11-24T22:18:42.543Z',1);
INSERT INTO execution_history VALUES(16,'fk6tn60n1rgypq2d','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.544Z',2);
INSERT INTO execution_history VALUES(17,'fk6tn60n1rgypq2d','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:42.602Z',3);
INSERT INTO execution_history VALUES(18,'fk6tn60n1rgypq2d','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:42.602Z',4);
INSERT INTO execution_history VALUES(19,'fk6tn60n1rgypq2d','step_interrupted','two',NULL,'2026-11-24T22:18:42.719Z',5);
INSERT INTO execution_history VALUES(20,'fk6tn60n1rgypq2d','execution_paused',NULL,NULL,'2026-11-24T22:18:42.719Z',6);
INSERT INTO execution_history VALUES(21,'gczr6798mxqab96e','execution_started',NULL,NULL,'2026-11-24T22:18:42.823Z',1);
INSERT INTO execution_history VALUES(22,'gczr6798mxqab96e','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:18:42.824Z',2);
INSERT INTO execution_history VALUES(23,'gczr6798mxqab96e','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:18:42.853Z',3);
INSERT INTO execution_history VALUES(24,'gczr6798mxqab96e','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:18:42.853Z',4);
INSERT INTO execution_history VALUES(25,'gczr6798mxqab96e','step_completed','later','{"visit":1,"attempt":1}','2026-11-24T22:18:43.354Z',5);
INSERT INTO execution_history VALUES(26,'gczr6798mxqab96e','step_started','ask','{"visit":1,"attempt":1}','2026-11-24T22:18:43.354Z',6);
INSERT INTO execution_history VALUES(27,'gczr6798mxqab96e','execution_waiting','ask','{"for":"approval"}','2026-11-24T22:18:43.355Z',7);
INSERT INTO execution_history VALUES(28,'pt3eqbhaptfpkw3y','execution_started',NULL,NULL,'2026-11-24T22:18:43.391Z',1);
INSERT INTO execution_history VALUES(29,'pt3eqbhaptfpkw3y','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:18:43.391Z',2);
INSERT INTO execution_history VALUES(30,'pt3eqbhaptfpkw3y','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:18:43.436Z',3);
INSERT INTO execution_history VALUES(31,'pt3eqbhaptfpkw3y','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:18:43.436Z',4);
INSERT INTO execution_history VALUES(32,'pt3eqbhaptfpkw3y','execution_waiting','later','{"until":"2026-11-24T22:18:43.936Z"}','2026-11-24T22:18:43.447Z',5);
CREATE TABLE gates (
  step_key TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  opened_at DATETIME NOT NULL, due_at DATETIME, choices TEXT,
  FOREIGN KEY (step_key) REFERENCES step_executions(id),
  FOREIGN KEY (execution_id) REFERENCES executions(id)
) WITHOUT ROWID;
INSERT INTO gates VALUES('fk6tn60n1rgypq2d/two/1/1','fk6tn60n1rgypq2d','question','`two` was interrupted, and may not simply run again: did it happen?','2026-11-24T22:18:42.719Z',NULL,NULL);
INSERT INTO gates VALUES('gczr6798mxqab96e/ask/1/1','gczr6798mxqab96e','approval','Go on?','2026-11-24T22:18:43.353Z',NULL,'["go","stop"]');
INSERT INTO gates VALUES('pt3eqbhaptfpkw3y/later/1/1','pt3eqbhaptfpkw3y','timer','','2026-11-24T22:18:43.436Z','2026-11-24T22:18:43.936Z',NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('execution_history',32);
CREATE INDEX executions_of_workflow ON executions (workflow_id);
CREATE UNIQUE INDEX executions_with_key ON executions (workflow_id, key)
  WHERE key IS NOT NULL;
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, visit, attempt);
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);
CREATE INDEX gates_of_execution ON gates (execution_id);
COMMIT;

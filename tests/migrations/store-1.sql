-- A store as the kad of schema 1 has left it; see README.md.
PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1801544753;
PRAGMA user_version = 1;
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
INSERT INTO workflows VALUES('plain','Plain','1.0.0','{"id":"plain","name":"Plain","version":"1.0.0","source":"workflows/plain.yaml","triggers":[{"type":"cli","command":"kad workflow plain","params":[{"name":"text","schema":{"type":"string"},"required":true}]}],"steps":[{"id":"one","line":6,"run":["echo","{{ trigger.text }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"two"},{"on":"failure","to":"$fail"}]},{"id":"two","line":7,"run":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"],"idempotent":false,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"three"},{"on":"failure","to":"$fail"}]},{"id":"three","line":8,"run":["echo","{{ steps.one.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"bounds":{"stepRuns":3,"agentCalls":0,"timeMs":180000}}','2026-11-24T22:18:40.483Z','2026-11-24T22:18:40.483Z');
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
INSERT INTO executions VALUES(1,'6cjqfg0qr9xjw8am','plain','1.0.0','cli','{"text":"finished"}','completed',NULL,NULL,'2026-11-24T22:18:40.483Z','2026-11-24T22:18:40.511Z',NULL,'{"said":"finished\n\n"}',NULL,NULL,'PROJECT',NULL,8);
INSERT INTO executions VALUES(2,'q2zngn3f3kn0976c','plain','1.0.0','cli','{"text":"failed"}','failed',NULL,NULL,'2026-11-24T22:18:40.557Z','2026-11-24T22:18:40.596Z','{"code":"exit_status","message":"exit status 3","step":"two"}',NULL,NULL,NULL,'PROJECT',NULL,6);
INSERT INTO executions VALUES(3,'57gvaf6ktwp6tsb7','plain','1.0.0','cli','{"text":"interrupted"}','paused','two',NULL,'2026-11-24T22:18:40.638Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,6);
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
  run INTEGER NOT NULL,
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO step_executions VALUES('6cjqfg0qr9xjw8am/one/1/1','6cjqfg0qr9xjw8am','one','','run','{"argv":["echo","finished"]}','{"exitCode":0,"stdout":"finished\n","stderr":""}','completed','2026-11-24T22:18:40.488Z','2026-11-24T22:18:40.496Z',NULL,1,1,1);
INSERT INTO step_executions VALUES('6cjqfg0qr9xjw8am/two/1/1','6cjqfg0qr9xjw8am','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-24T22:18:40.496Z','2026-11-24T22:18:40.501Z',NULL,1,1,1);
INSERT INTO step_executions VALUES('6cjqfg0qr9xjw8am/three/1/1','6cjqfg0qr9xjw8am','three','','run','{"argv":["echo","finished\n"]}','{"exitCode":0,"stdout":"finished\n\n","stderr":""}','completed','2026-11-24T22:18:40.501Z','2026-11-24T22:18:40.511Z',NULL,1,1,1);
INSERT INTO step_executions VALUES('q2zngn3f3kn0976c/one/1/1','q2zngn3f3kn0976c','one','','run','{"argv":["echo","failed"]}','{"exitCode":0,"stdout":"failed\n","stderr":""}','completed','2026-11-24T22:18:40.558Z','2026-11-24T22:18:40.574Z',NULL,1,1,1);
INSERT INTO step_executions VALUES('q2zngn3f3kn0976c/two/1/1','q2zngn3f3kn0976c','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":3,"stdout":"","stderr":""}','failed','2026-11-24T22:18:40.574Z','2026-11-24T22:18:40.596Z','{"code":"exit_status","message":"exit status 3","step":"two"}',1,1,1);
INSERT INTO step_executions VALUES('57gvaf6ktwp6tsb7/one/1/1','57gvaf6ktwp6tsb7','one','','run','{"argv":["echo","interrupted"]}','{"exitCode":0,"stdout":"interrupted\n","stderr":""}','completed','2026-11-24T22:18:40.638Z','2026-11-24T22:18:40.667Z',NULL,1,1,1);
INSERT INTO step_executions VALUES('57gvaf6ktwp6tsb7/two/1/1','57gvaf6ktwp6tsb7','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}',NULL,'running','2026-11-24T22:18:40.667Z',NULL,NULL,1,1,1);
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
INSERT INTO execution_history VALUES(1,'6cjqfg0qr9xjw8am','execution_started',NULL,NULL,'2026-11-24T22:18:40.483Z',1);
INSERT INTO execution_history VALUES(2,'6cjqfg0qr9xjw8am','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.488Z',2);
INSERT INTO execution_history VALUES(3,'6cjqfg0qr9xjw8am','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.496Z',3);
INSERT INTO execution_history VALUES(4,'6cjqfg0qr9xjw8am','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:40.496Z',4);
INSERT INTO execution_history VALUES(5,'6cjqfg0qr9xjw8am','step_completed','two','{"visit":1,"attempt":1}','2026-11-24T22:18:40.501Z',5);
INSERT INTO execution_history VALUES(6,'6cjqfg0qr9xjw8am','step_started','three','{"visit":1,"attempt":1}','2026-11-24T22:18:40.501Z',6);
INSERT INTO execution_history VALUES(7,'6cjqfg0qr9xjw8am','step_completed','three','{"visit":1,"attempt":1}','2026-11-24T22:18:40.511Z',7);
INSERT INTO execution_history VALUES(8,'6cjqfg0qr9xjw8am','execution_completed',NULL,NULL,'2026-11-24T22:18:40.511Z',8);
INSERT INTO execution_history VALUES(9,'q2zngn3f3kn0976c','execution_started',NULL,NULL,'2026-11-24T22:18:40.557Z',1);
INSERT INTO execution_history VALUES(10,'q2zngn3f3kn0976c','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.558Z',2);
INSERT INTO execution_history VALUES(11,'q2zngn3f3kn0976c','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.574Z',3);
INSERT INTO execution_history VALUES(12,'q2zngn3f3kn0976c','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:40.574Z',4);
INSERT INTO execution_history VALUES(13,'q2zngn3f3kn0976c','step_failed','two','{"visit":1,"attempt":1,"error":{"code":"exit_status","message":"exit status 3","step":"two"}}','2026-11-24T22:18:40.596Z',5);
INSERT INTO execution_history VALUES(14,'q2zngn3f3kn0976c','execution_failed',NULL,'{"code":"exit_status","message":"exit status 3","step":"two"}','2026-11-24T22:18:40.596Z',6);
INSERT INTO execution_history VALUES(15,'57gvaf6ktwp6tsb7','execution_started',NULL,NULL,'2026-11-24T22:18:40.638Z',1);
INSERT INTO execution_history VALUES(16,'57gvaf6ktwp6tsb7','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.638Z',2);
INSERT INTO execution_history VALUES(17,'57gvaf6ktwp6tsb7','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:18:40.667Z',3);
INSERT INTO execution_history VALUES(18,'57gvaf6ktwp6tsb7','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:18:40.667Z',4);
INSERT INTO execution_history VALUES(19,'57gvaf6ktwp6tsb7','step_interrupted','two',NULL,'2026-11-24T22:18:40.851Z',5);
INSERT INTO execution_history VALUES(20,'57gvaf6ktwp6tsb7','execution_paused',NULL,NULL,'2026-11-24T22:18:40.851Z',6);
CREATE TABLE gates (
  step_key TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  prompt TEXT NOT NULL,
  opened_at DATETIME NOT NULL,
  FOREIGN KEY (step_key) REFERENCES step_executions(id),
  FOREIGN KEY (execution_id) REFERENCES executions(id)
) WITHOUT ROWID;
INSERT INTO gates VALUES('57gvaf6ktwp6tsb7/two/1/1','57gvaf6ktwp6tsb7','question','`two` was interrupted, and may not simply run again: did it happen?','2026-11-24T22:18:40.851Z');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('execution_history',20);
CREATE INDEX executions_of_workflow ON executions (workflow_id);
CREATE UNIQUE INDEX executions_with_key ON executions (workflow_id, key)
  WHERE key IS NOT NULL;
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, visit, attempt);
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);
CREATE INDEX gates_of_execution ON gates (execution_id);
COMMIT;

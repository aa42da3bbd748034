-- A store as the kad of schema 6 has left it; see README.md.
PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1801544753;
PRAGMA user_version = 6;
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
INSERT INTO workflows VALUES('plain','Plain','1.0.0','{"id":"plain","name":"Plain","version":"1.0.0","source":"workflows/plain.yaml","triggers":[{"type":"cli","command":"kad workflow plain","params":[{"name":"text","schema":{"type":"string"},"required":true}]}],"steps":[{"id":"one","line":6,"run":["echo","{{ trigger.text }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"two"},{"on":"failure","to":"$fail"}]},{"id":"two","line":7,"run":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"],"idempotent":false,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"three"},{"on":"failure","to":"$fail"}]},{"id":"three","line":8,"run":["echo","{{ steps.one.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"bounds":{"stepRuns":3,"agentCalls":0,"timeMs":180000,"most":{}}}','2026-11-25T04:38:22.672Z','2026-11-25T04:38:22.672Z');
INSERT INTO workflows VALUES('hold','Hold','1.0.0','{"id":"hold","name":"Hold","version":"1.0.0","source":"workflows/hold.yaml","triggers":[{"type":"cli","command":"kad workflow hold","params":[]}],"steps":[{"id":"first","line":6,"run":["echo","first"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"later"},{"on":"failure","to":"$fail"}]},{"id":"later","line":7,"wait":"500ms","outputs":{"type":"object","properties":{}},"routes":[{"on":"success","to":"ask"},{"on":"failure","to":"$fail"}]},{"id":"ask","line":8,"approval":{"prompt":"Go on?","choices":["go","stop"]},"outputs":{"type":"object","properties":{"choice":{"type":"string","enum":["go","stop"]},"by":{"type":"string"},"comment":{"type":"string"}},"required":["choice","by"]},"routes":[{"on":"success","when":"outcome `go`","to":"last"},{"on":"success","when":"outcome `stop`","to":"$fail"},{"on":"failure","to":"$fail"}]},{"id":"last","line":9,"run":["echo","{{ steps.first.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":4,"agentCalls":0,"most":{}}}','2026-11-25T04:38:41.599Z','2026-11-25T04:38:41.599Z');
INSERT INTO workflows VALUES('blocks','Blocks','1.0.0','{"id":"blocks","name":"Blocks","version":"1.0.0","source":"workflows/blocks.yaml","triggers":[{"type":"cli","command":"kad workflow blocks","params":[]}],"steps":[{"id":"both","line":6,"parallel":{"mode":"all","branches":[{"name":"quick","steps":[{"id":"quick","line":9,"run":["echo","quick"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},{"name":"slow","steps":[{"id":"slow","line":10,"wait":{"event":"go"},"outputs":{"type":"object","properties":{"data":{}},"required":["data"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},{"name":"inner","steps":[{"id":"inner","line":11,"workflow":"plain","inputs":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]},"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]}]},"outputs":{"type":"object","properties":{"succeeded":{"type":"array","items":{"type":"string"}}},"required":["succeeded"]},"routes":[{"on":"success","to":"each"},{"on":"failure","to":"$fail"}]},{"id":"each","line":13,"forEach":{"items":"{{ split(\"a b\", \" \") }}","as":"word","max":5,"concurrency":1,"mode":"all","steps":[{"id":"tell","line":17,"run":["echo","{{ word }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},"inputs":{"type":"object","properties":{"items":{"type":"array","items":{"type":"string"}}},"required":["items"]},"outputs":{"type":"object","properties":{"count":{"type":"integer"},"failed":{"type":"integer"}},"required":["count","failed"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":13,"agentCalls":0,"most":{"stepRuns":{"steps":["both"],"share":7}}}}','2026-11-25T04:38:42.185Z','2026-11-25T04:38:42.185Z');
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
  REFERENCES step_executions(id) DEFERRABLE INITIALLY DEFERRED, concurrency_key TEXT,
  FOREIGN KEY (workflow_id) REFERENCES workflows(id)
);
INSERT INTO executions VALUES(1,'esvezmpknmm6dr7s','plain','1.0.0','cli','{"text":"finished"}','completed',NULL,NULL,'2026-11-25T04:38:22.672Z','2026-11-25T04:38:22.680Z',NULL,'{"said":"finished\n\n"}',NULL,NULL,'PROJECT',NULL,8,NULL,NULL,NULL);
INSERT INTO executions VALUES(2,'ck7qetfefw82jxdy','plain','1.0.0','cli','{"text":"failed"}','failed',NULL,NULL,'2026-11-25T04:38:22.698Z','2026-11-25T04:38:22.703Z','{"code":"exit_status","message":"exit status 3","step":"two"}',NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL,NULL);
INSERT INTO executions VALUES(3,'1xvzb6ghaj27mrh3','plain','1.0.0','cli','{"text":"interrupted"}','paused','two',NULL,'2026-11-25T04:38:22.724Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL,NULL);
INSERT INTO executions VALUES(4,'e3zm8prme8e78509','hold','1.0.0','cli','{}','waiting','ask',NULL,'2026-11-25T04:38:41.599Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,7,NULL,NULL,NULL);
INSERT INTO executions VALUES(6,'8nwkcr9nt0164whw','hold','1.0.0','cli','{}','waiting','later',NULL,'2026-11-25T04:38:42.149Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,5,NULL,NULL,NULL);
INSERT INTO executions VALUES(7,'cvvz63wgwq0mtzpa','blocks','1.0.0','cli','{}','waiting','both',NULL,'2026-11-25T04:38:42.185Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,8,NULL,NULL,NULL);
INSERT INTO executions VALUES(8,'34w0dcdm35q3v0zn','plain','1.0.0','workflow','{"text":"called"}','completed',NULL,NULL,'2026-11-25T04:38:42.187Z','2026-11-25T04:38:42.197Z',NULL,'{"said":"called\n\n"}',NULL,NULL,'PROJECT',NULL,8,'cvvz63wgwq0mtzpa','cvvz63wgwq0mtzpa/inner/1/1',NULL);
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
INSERT INTO step_executions VALUES('esvezmpknmm6dr7s/one/1/1','esvezmpknmm6dr7s','one','','run','{"argv":["echo","finished"]}','{"exitCode":0,"stdout":"finished\n","stderr":""}','completed','2026-11-25T04:38:22.673Z','2026-11-25T04:38:22.676Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('esvezmpknmm6dr7s/two/1/1','esvezmpknmm6dr7s','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-25T04:38:22.676Z','2026-11-25T04:38:22.678Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('esvezmpknmm6dr7s/three/1/1','esvezmpknmm6dr7s','three','','run','{"argv":["echo","finished\n"]}','{"exitCode":0,"stdout":"finished\n\n","stderr":""}','completed','2026-11-25T04:38:22.678Z','2026-11-25T04:38:22.680Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('ck7qetfefw82jxdy/one/1/1','ck7qetfefw82jxdy','one','','run','{"argv":["echo","failed"]}','{"exitCode":0,"stdout":"failed\n","stderr":""}','completed','2026-11-25T04:38:22.698Z','2026-11-25T04:38:22.701Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('ck7qetfefw82jxdy/two/1/1','ck7qetfefw82jxdy','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":3,"stdout":"","stderr":""}','failed','2026-11-25T04:38:22.701Z','2026-11-25T04:38:22.703Z','{"code":"exit_status","message":"exit status 3","step":"two"}',1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('1xvzb6ghaj27mrh3/one/1/1','1xvzb6ghaj27mrh3','one','','run','{"argv":["echo","interrupted"]}','{"exitCode":0,"stdout":"interrupted\n","stderr":""}','completed','2026-11-25T04:38:22.724Z','2026-11-25T04:38:22.727Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('1xvzb6ghaj27mrh3/two/1/1','1xvzb6ghaj27mrh3','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}',NULL,'running','2026-11-25T04:38:22.727Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('e3zm8prme8e78509/first/1/1','e3zm8prme8e78509','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-25T04:38:41.600Z','2026-11-25T04:38:41.604Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('e3zm8prme8e78509/later/1/1','e3zm8prme8e78509','later','','wait','{"duration":"500ms"}','{}','completed','2026-11-25T04:38:41.604Z','2026-11-25T04:38:42.105Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('e3zm8prme8e78509/ask/1/1','e3zm8prme8e78509','ask','','approval','{"prompt":"Go on?"}',NULL,'running','2026-11-25T04:38:42.105Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('8nwkcr9nt0164whw/first/1/1','8nwkcr9nt0164whw','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-25T04:38:42.150Z','2026-11-25T04:38:42.154Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('8nwkcr9nt0164whw/later/1/1','8nwkcr9nt0164whw','later','','wait','{"duration":"500ms"}',NULL,'running','2026-11-25T04:38:42.154Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('cvvz63wgwq0mtzpa/both/1/1','cvvz63wgwq0mtzpa','both','','parallel','{"when":[true,true,true]}',NULL,'running','2026-11-25T04:38:42.186Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('cvvz63wgwq0mtzpa/quick/1/1','cvvz63wgwq0mtzpa','quick','','run','{"argv":["echo","quick"]}','{"exitCode":0,"stdout":"quick\n","stderr":""}','completed','2026-11-25T04:38:42.186Z','2026-11-25T04:38:42.192Z',NULL,1,1,1,NULL,'','cvvz63wgwq0mtzpa/both/1/1');
INSERT INTO step_executions VALUES('cvvz63wgwq0mtzpa/slow/1/1','cvvz63wgwq0mtzpa','slow','','wait','{"event":"go"}',NULL,'running','2026-11-25T04:38:42.187Z',NULL,NULL,1,1,1,NULL,'','cvvz63wgwq0mtzpa/both/1/1');
INSERT INTO step_executions VALUES('cvvz63wgwq0mtzpa/inner/1/1','cvvz63wgwq0mtzpa','inner','','workflow','{"text":"called"}','{"said":"called\n\n"}','completed','2026-11-25T04:38:42.187Z','2026-11-25T04:38:42.197Z',NULL,1,1,1,NULL,'','cvvz63wgwq0mtzpa/both/1/1');
INSERT INTO step_executions VALUES('34w0dcdm35q3v0zn/one/1/1','34w0dcdm35q3v0zn','one','','run','{"argv":["echo","called"]}','{"exitCode":0,"stdout":"called\n","stderr":""}','completed','2026-11-25T04:38:42.187Z','2026-11-25T04:38:42.192Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('34w0dcdm35q3v0zn/two/1/1','34w0dcdm35q3v0zn','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-25T04:38:42.192Z','2026-11-25T04:38:42.194Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('34w0dcdm35q3v0zn/three/1/1','34w0dcdm35q3v0zn','three','','run','{"argv":["echo","called\n"]}','{"exitCode":0,"stdout":"called\n\n","stderr":""}','completed','2026-11-25T04:38:42.194Z','2026-11-25T04:38:42.197Z',NULL,1,1,1,NULL,'',NULL);
CREATE TABLE IF NOT EXISTS "execution_history" (
  id INTEGER PRIMARY KEY,
  execution_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  step_id TEXT,
  data TEXT,
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  seq INTEGER NOT NULL,
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO execution_history VALUES(1,'esvezmpknmm6dr7s','execution_started',NULL,NULL,'2026-11-25T04:38:22.672Z',1);
INSERT INTO execution_history VALUES(2,'esvezmpknmm6dr7s','step_started','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.673Z',2);
INSERT INTO execution_history VALUES(3,'esvezmpknmm6dr7s','step_completed','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.676Z',3);
INSERT INTO execution_history VALUES(4,'esvezmpknmm6dr7s','step_started','two','{"visit":1,"attempt":1}','2026-11-25T04:38:22.676Z',4);
INSERT INTO execution_history VALUES(5,'esvezmpknmm6dr7s','step_completed','two','{"visit":1,"attempt":1}','2026-11-25T04:38:22.678Z',5);
INSERT INTO execution_history VALUES(6,'esvezmpknmm6dr7s','step_started','three','{"visit":1,"attempt":1}','2026-11-25T04:38:22.678Z',6);
INSERT INTO execution_history VALUES(7,'esvezmpknmm6dr7s','step_completed','three','{"visit":1,"attempt":1}','2026-11-25T04:38:22.680Z',7);
INSERT INTO execution_history VALUES(8,'esvezmpknmm6dr7s','execution_completed',NULL,NULL,'2026-11-25T04:38:22.680Z',8);
INSERT INTO execution_history VALUES(9,'ck7qetfefw82jxdy','execution_started',NULL,NULL,'2026-11-25T04:38:22.698Z',1);
INSERT INTO execution_history VALUES(10,'ck7qetfefw82jxdy','step_started','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.698Z',2);
INSERT INTO execution_history VALUES(11,'ck7qetfefw82jxdy','step_completed','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.701Z',3);
INSERT INTO execution_history VALUES(12,'ck7qetfefw82jxdy','step_started','two','{"visit":1,"attempt":1}','2026-11-25T04:38:22.701Z',4);
INSERT INTO execution_history VALUES(13,'ck7qetfefw82jxdy','step_failed','two','{"visit":1,"attempt":1,"error":{"code":"exit_status","message":"exit status 3","step":"two"}}','2026-11-25T04:38:22.703Z',5);
INSERT INTO execution_history VALUES(14,'ck7qetfefw82jxdy','execution_failed',NULL,'{"code":"exit_status","message":"exit status 3","step":"two"}','2026-11-25T04:38:22.703Z',6);
INSERT INTO execution_history VALUES(15,'1xvzb6ghaj27mrh3','execution_started',NULL,NULL,'2026-11-25T04:38:22.724Z',1);
INSERT INTO execution_history VALUES(16,'1xvzb6ghaj27mrh3','step_started','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.724Z',2);
INSERT INTO execution_history VALUES(17,'1xvzb6ghaj27mrh3','step_completed','one','{"visit":1,"attempt":1}','2026-11-25T04:38:22.727Z',3);
INSERT INTO execution_history VALUES(18,'1xvzb6ghaj27mrh3','step_started','two','{"visit":1,"attempt":1}','2026-11-25T04:38:22.727Z',4);
INSERT INTO execution_history VALUES(19,'1xvzb6ghaj27mrh3','step_interrupted','two',NULL,'2026-11-25T04:38:41.567Z',5);
INSERT INTO execution_history VALUES(20,'1xvzb6ghaj27mrh3','execution_paused',NULL,NULL,'2026-11-25T04:38:41.567Z',6);
INSERT INTO execution_history VALUES(21,'e3zm8prme8e78509','execution_started',NULL,NULL,'2026-11-25T04:38:41.599Z',1);
INSERT INTO execution_history VALUES(22,'e3zm8prme8e78509','step_started','first','{"visit":1,"attempt":1}','2026-11-25T04:38:41.600Z',2);
INSERT INTO execution_history VALUES(23,'e3zm8prme8e78509','step_completed','first','{"visit":1,"attempt":1}','2026-11-25T04:38:41.604Z',3);
INSERT INTO execution_history VALUES(24,'e3zm8prme8e78509','step_started','later','{"visit":1,"attempt":1}','2026-11-25T04:38:41.604Z',4);
INSERT INTO execution_history VALUES(25,'e3zm8prme8e78509','step_completed','later','{"visit":1,"attempt":1}','2026-11-25T04:38:42.105Z',5);
INSERT INTO execution_history VALUES(26,'e3zm8prme8e78509','step_started','ask','{"visit":1,"attempt":1}','2026-11-25T04:38:42.105Z',6);
INSERT INTO execution_history VALUES(27,'e3zm8prme8e78509','execution_waiting','ask','{"for":"approval"}','2026-11-25T04:38:42.106Z',7);
INSERT INTO execution_history VALUES(33,'8nwkcr9nt0164whw','execution_started',NULL,NULL,'2026-11-25T04:38:42.149Z',1);
INSERT INTO execution_history VALUES(34,'8nwkcr9nt0164whw','step_started','first','{"visit":1,"attempt":1}','2026-11-25T04:38:42.150Z',2);
INSERT INTO execution_history VALUES(35,'8nwkcr9nt0164whw','step_completed','first','{"visit":1,"attempt":1}','2026-11-25T04:38:42.154Z',3);
INSERT INTO execution_history VALUES(36,'8nwkcr9nt0164whw','step_started','later','{"visit":1,"attempt":1}','2026-11-25T04:38:42.154Z',4);
INSERT INTO execution_history VALUES(37,'8nwkcr9nt0164whw','execution_waiting','later','{"until":"2026-11-25T04:38:42.654Z"}','2026-11-25T04:38:42.155Z',5);
INSERT INTO execution_history VALUES(38,'cvvz63wgwq0mtzpa','execution_started',NULL,NULL,'2026-11-25T04:38:42.185Z',1);
INSERT INTO execution_history VALUES(39,'cvvz63wgwq0mtzpa','step_started','both','{"visit":1,"attempt":1}','2026-11-25T04:38:42.186Z',2);
INSERT INTO execution_history VALUES(40,'cvvz63wgwq0mtzpa','step_started','quick','{"visit":1,"attempt":1}','2026-11-25T04:38:42.187Z',3);
INSERT INTO execution_history VALUES(41,'cvvz63wgwq0mtzpa','step_started','slow','{"visit":1,"attempt":1}','2026-11-25T04:38:42.187Z',4);
INSERT INTO execution_history VALUES(42,'cvvz63wgwq0mtzpa','step_started','inner','{"visit":1,"attempt":1}','2026-11-25T04:38:42.187Z',5);
INSERT INTO execution_history VALUES(43,'34w0dcdm35q3v0zn','execution_started',NULL,NULL,'2026-11-25T04:38:42.187Z',1);
INSERT INTO execution_history VALUES(44,'34w0dcdm35q3v0zn','step_started','one','{"visit":1,"attempt":1}','2026-11-25T04:38:42.187Z',2);
INSERT INTO execution_history VALUES(45,'cvvz63wgwq0mtzpa','step_completed','quick','{"visit":1,"attempt":1}','2026-11-25T04:38:42.192Z',6);
INSERT INTO execution_history VALUES(46,'34w0dcdm35q3v0zn','step_completed','one','{"visit":1,"attempt":1}','2026-11-25T04:38:42.192Z',3);
INSERT INTO execution_history VALUES(47,'34w0dcdm35q3v0zn','step_started','two','{"visit":1,"attempt":1}','2026-11-25T04:38:42.192Z',4);
INSERT INTO execution_history VALUES(48,'34w0dcdm35q3v0zn','step_completed','two','{"visit":1,"attempt":1}','2026-11-25T04:38:42.194Z',5);
INSERT INTO execution_history VALUES(49,'34w0dcdm35q3v0zn','step_started','three','{"visit":1,"attempt":1}','2026-11-25T04:38:42.194Z',6);
INSERT INTO execution_history VALUES(50,'34w0dcdm35q3v0zn','step_completed','three','{"visit":1,"attempt":1}','2026-11-25T04:38:42.197Z',7);
INSERT INTO execution_history VALUES(51,'34w0dcdm35q3v0zn','execution_completed',NULL,NULL,'2026-11-25T04:38:42.197Z',8);
INSERT INTO execution_history VALUES(52,'cvvz63wgwq0mtzpa','step_completed','inner','{"visit":1,"attempt":1}','2026-11-25T04:38:42.197Z',7);
INSERT INTO execution_history VALUES(53,'cvvz63wgwq0mtzpa','execution_waiting','both','{"for":"event"}','2026-11-25T04:38:42.197Z',8);
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
INSERT INTO positions VALUES(1,'cvvz63wgwq0mtzpa','cvvz63wgwq0mtzpa/both/1/1','quick','completed',NULL,NULL);
INSERT INTO positions VALUES(2,'cvvz63wgwq0mtzpa','cvvz63wgwq0mtzpa/both/1/1','slow','open','slow',NULL);
INSERT INTO positions VALUES(3,'cvvz63wgwq0mtzpa','cvvz63wgwq0mtzpa/both/1/1','inner','completed',NULL,NULL);
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
INSERT INTO gates VALUES('1xvzb6ghaj27mrh3/two/1/1','','1xvzb6ghaj27mrh3','question','`two` was interrupted, and may not simply run again: did it happen?','2026-11-25T04:38:41.567Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO gates VALUES('8nwkcr9nt0164whw/later/1/1','','8nwkcr9nt0164whw','timer','','2026-11-25T04:38:42.154Z','2026-11-25T04:38:42.654Z',NULL,NULL,NULL,NULL);
INSERT INTO gates VALUES('cvvz63wgwq0mtzpa/slow/1/1','','cvvz63wgwq0mtzpa','event','','2026-11-25T04:38:42.187Z',NULL,NULL,'go',NULL,NULL);
INSERT INTO gates VALUES('e3zm8prme8e78509/ask/1/1','','e3zm8prme8e78509','approval','Go on?','2026-11-25T04:38:42.105Z',NULL,'["go","stop"]',NULL,NULL,NULL);
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
CREATE TABLE large_values (
  hash TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  PRIMARY KEY (hash, execution_id),
  FOREIGN KEY (execution_id) REFERENCES executions(id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE TABLE pruned_executions (
  id TEXT PRIMARY KEY,
  workspace TEXT
) WITHOUT ROWID;
DELETE FROM sqlite_sequence;
CREATE UNIQUE INDEX executions_with_key ON executions (workflow_id, key)
  WHERE key IS NOT NULL;
CREATE INDEX executions_of_parent ON executions (parent_id);
CREATE UNIQUE INDEX executions_with_parent_key ON executions (parent_key)
  WHERE parent_key IS NOT NULL;
CREATE INDEX executions_of_workflow ON executions (workflow_id, parent_id);
CREATE INDEX step_executions_of_block ON step_executions (parent)
  WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, item, visit, attempt);
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);
CREATE UNIQUE INDEX positions_of_block ON positions (block_key, branch);
CREATE INDEX positions_of_execution ON positions (execution_id);
CREATE INDEX gates_of_execution ON gates (execution_id);
CREATE INDEX gates_of_event ON gates (event) WHERE event IS NOT NULL;
CREATE INDEX events_of_name ON events (name, emitted_at);
CREATE INDEX taken_events_of_event ON taken_events (event_id);
CREATE INDEX executions_under_way ON executions (workflow_id, concurrency_key)
  WHERE concurrency_key IS NOT NULL AND completed_at IS NULL;
CREATE INDEX large_values_of_execution ON large_values (execution_id);
CREATE INDEX execution_history_of_resumes ON execution_history (execution_id, seq)
  WHERE event_type = 'execution_resumed';
COMMIT;

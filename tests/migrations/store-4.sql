-- A store as the kad of schema 4 has left it; see README.md.
PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1801544753;
PRAGMA user_version = 4;
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
INSERT INTO workflows VALUES('plain','Plain','1.0.0','{"id":"plain","name":"Plain","version":"1.0.0","source":"workflows/plain.yaml","triggers":[{"type":"cli","command":"kad workflow plain","params":[{"name":"text","schema":{"type":"string"},"required":true}]}],"steps":[{"id":"one","line":6,"run":["echo","{{ trigger.text }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"two"},{"on":"failure","to":"$fail"}]},{"id":"two","line":7,"run":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"],"idempotent":false,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"three"},{"on":"failure","to":"$fail"}]},{"id":"three","line":8,"run":["echo","{{ steps.one.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"bounds":{"stepRuns":3,"agentCalls":0,"timeMs":180000,"most":{}}}','2026-11-24T22:20:11.135Z','2026-11-24T22:20:11.135Z');
INSERT INTO workflows VALUES('hold','Hold','1.0.0','{"id":"hold","name":"Hold","version":"1.0.0","source":"workflows/hold.yaml","triggers":[{"type":"cli","command":"kad workflow hold","params":[]}],"steps":[{"id":"first","line":6,"run":["echo","first"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"later"},{"on":"failure","to":"$fail"}]},{"id":"later","line":7,"wait":"500ms","outputs":{"type":"object","properties":{}},"routes":[{"on":"success","to":"ask"},{"on":"failure","to":"$fail"}]},{"id":"ask","line":8,"approval":{"prompt":"Go on?","choices":["go","stop"]},"outputs":{"type":"object","properties":{"choice":{"type":"string","enum":["go","stop"]},"by":{"type":"string"},"comment":{"type":"string"}},"required":["choice","by"]},"routes":[{"on":"success","when":"outcome `go`","to":"last"},{"on":"success","when":"outcome `stop`","to":"$fail"},{"on":"failure","to":"$fail"}]},{"id":"last","line":9,"run":["echo","{{ steps.first.outputs.stdout }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":4,"agentCalls":0,"most":{}}}','2026-11-24T22:20:11.491Z','2026-11-24T22:20:11.491Z');
INSERT INTO workflows VALUES('blocks','Blocks','1.0.0','{"id":"blocks","name":"Blocks","version":"1.0.0","source":"workflows/blocks.yaml","triggers":[{"type":"cli","command":"kad workflow blocks","params":[]}],"steps":[{"id":"both","line":6,"parallel":{"mode":"all","branches":[{"name":"quick","steps":[{"id":"quick","line":9,"run":["echo","quick"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},{"name":"slow","steps":[{"id":"slow","line":10,"wait":{"event":"go"},"outputs":{"type":"object","properties":{"data":{}},"required":["data"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},{"name":"inner","steps":[{"id":"inner","line":11,"workflow":"plain","inputs":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]},"outputs":{"type":"object","properties":{"said":{"type":"string"}},"required":["said"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]}]},"outputs":{"type":"object","properties":{"succeeded":{"type":"array","items":{"type":"string"}}},"required":["succeeded"]},"routes":[{"on":"success","to":"each"},{"on":"failure","to":"$fail"}]},{"id":"each","line":13,"forEach":{"items":"{{ split(\"a b\", \" \") }}","as":"word","max":5,"concurrency":1,"mode":"all","steps":[{"id":"tell","line":17,"run":["echo","{{ word }}"],"idempotent":true,"timeoutMs":60000,"outputs":{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"}},"required":["exitCode","stdout","stderr"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}]},"outputs":{"type":"object","properties":{"count":{"type":"integer"},"failed":{"type":"integer"}},"required":["count","failed"]},"routes":[{"on":"success","to":"$complete"},{"on":"failure","to":"$fail"}]}],"bounds":{"stepRuns":13,"agentCalls":0,"most":{"stepRuns":{"steps":["both"],"share":7}}}}','2026-11-24T22:20:12.163Z','2026-11-24T22:20:12.163Z');
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
INSERT INTO executions VALUES(1,'zpv77rsvxw851yrh','plain','1.0.0','cli','{"text":"finished"}','completed',NULL,NULL,'2026-11-24T22:20:11.135Z','2026-11-24T22:20:11.180Z',NULL,'{"said":"finished\n\n"}',NULL,NULL,'PROJECT',NULL,8,NULL,NULL,NULL);
INSERT INTO executions VALUES(2,'sc5qk9j9bqjqq7k1','plain','1.0.0','cli','{"text":"failed"}','failed',NULL,NULL,'2026-11-24T22:20:11.228Z','2026-11-24T22:20:11.264Z','{"code":"exit_status","message":"exit status 3","step":"two"}',NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL,NULL);
INSERT INTO executions VALUES(3,'bh6y7sznm2pxrqfs','plain','1.0.0','cli','{"text":"interrupted"}','paused','two',NULL,'2026-11-24T22:20:11.281Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,6,NULL,NULL,NULL);
INSERT INTO executions VALUES(4,'afsv57s6eb49s6na','hold','1.0.0','cli','{}','waiting','ask',NULL,'2026-11-24T22:20:11.491Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,7,NULL,NULL,NULL);
INSERT INTO executions VALUES(5,'2hdtgdgr0jc4shrr','hold','1.0.0','cli','{}','waiting','later',NULL,'2026-11-24T22:20:12.066Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,5,NULL,NULL,NULL);
INSERT INTO executions VALUES(6,'1ngcs0043c491y6s','blocks','1.0.0','cli','{}','waiting','both',NULL,'2026-11-24T22:20:12.163Z',NULL,NULL,NULL,NULL,NULL,'PROJECT',NULL,8,NULL,NULL,NULL);
INSERT INTO executions VALUES(7,'t82w3edg2s4y6aet','plain','1.0.0','workflow','{"text":"called"}','completed',NULL,NULL,'2026-11-24T22:20:12.164Z','2026-11-24T22:20:12.221Z',NULL,'{"said":"called\n\n"}',NULL,NULL,'PROJECT',NULL,8,'1ngcs0043c491y6s','1ngcs0043c491y6s/inner/1/1',NULL);
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
INSERT INTO step_executions VALUES('zpv77rsvxw851yrh/one/1/1','zpv77rsvxw851yrh','one','','run','{"argv":["echo","finished"]}','{"exitCode":0,"stdout":"finished\n","stderr":""}','completed','2026-11-24T22:20:11.148Z','2026-11-24T22:20:11.166Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('zpv77rsvxw851yrh/two/1/1','zpv77rsvxw851yrh','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-24T22:20:11.166Z','2026-11-24T22:20:11.178Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('zpv77rsvxw851yrh/three/1/1','zpv77rsvxw851yrh','three','','run','{"argv":["echo","finished\n"]}','{"exitCode":0,"stdout":"finished\n\n","stderr":""}','completed','2026-11-24T22:20:11.178Z','2026-11-24T22:20:11.180Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('sc5qk9j9bqjqq7k1/one/1/1','sc5qk9j9bqjqq7k1','one','','run','{"argv":["echo","failed"]}','{"exitCode":0,"stdout":"failed\n","stderr":""}','completed','2026-11-24T22:20:11.229Z','2026-11-24T22:20:11.243Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('sc5qk9j9bqjqq7k1/two/1/1','sc5qk9j9bqjqq7k1','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":3,"stdout":"","stderr":""}','failed','2026-11-24T22:20:11.243Z','2026-11-24T22:20:11.264Z','{"code":"exit_status","message":"exit status 3","step":"two"}',1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('bh6y7sznm2pxrqfs/one/1/1','bh6y7sznm2pxrqfs','one','','run','{"argv":["echo","interrupted"]}','{"exitCode":0,"stdout":"interrupted\n","stderr":""}','completed','2026-11-24T22:20:11.282Z','2026-11-24T22:20:11.309Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('bh6y7sznm2pxrqfs/two/1/1','bh6y7sznm2pxrqfs','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}',NULL,'running','2026-11-24T22:20:11.309Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('afsv57s6eb49s6na/first/1/1','afsv57s6eb49s6na','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:20:11.492Z','2026-11-24T22:20:11.524Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('afsv57s6eb49s6na/later/1/1','afsv57s6eb49s6na','later','','wait','{"duration":"500ms"}','{}','completed','2026-11-24T22:20:11.524Z','2026-11-24T22:20:12.025Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('afsv57s6eb49s6na/ask/1/1','afsv57s6eb49s6na','ask','','approval','{"prompt":"Go on?"}',NULL,'running','2026-11-24T22:20:12.025Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('2hdtgdgr0jc4shrr/first/1/1','2hdtgdgr0jc4shrr','first','','run','{"argv":["echo","first"]}','{"exitCode":0,"stdout":"first\n","stderr":""}','completed','2026-11-24T22:20:12.067Z','2026-11-24T22:20:12.104Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('2hdtgdgr0jc4shrr/later/1/1','2hdtgdgr0jc4shrr','later','','wait','{"duration":"500ms"}',NULL,'running','2026-11-24T22:20:12.104Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('1ngcs0043c491y6s/both/1/1','1ngcs0043c491y6s','both','','parallel','{"when":[true,true,true]}',NULL,'running','2026-11-24T22:20:12.164Z',NULL,NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('1ngcs0043c491y6s/quick/1/1','1ngcs0043c491y6s','quick','','run','{"argv":["echo","quick"]}','{"exitCode":0,"stdout":"quick\n","stderr":""}','completed','2026-11-24T22:20:12.164Z','2026-11-24T22:20:12.192Z',NULL,1,1,1,NULL,'','1ngcs0043c491y6s/both/1/1');
INSERT INTO step_executions VALUES('1ngcs0043c491y6s/slow/1/1','1ngcs0043c491y6s','slow','','wait','{"event":"go"}',NULL,'running','2026-11-24T22:20:12.164Z',NULL,NULL,1,1,1,NULL,'','1ngcs0043c491y6s/both/1/1');
INSERT INTO step_executions VALUES('1ngcs0043c491y6s/inner/1/1','1ngcs0043c491y6s','inner','','workflow','{"text":"called"}','{"said":"called\n\n"}','completed','2026-11-24T22:20:12.164Z','2026-11-24T22:20:12.221Z',NULL,1,1,1,NULL,'','1ngcs0043c491y6s/both/1/1');
INSERT INTO step_executions VALUES('t82w3edg2s4y6aet/one/1/1','t82w3edg2s4y6aet','one','','run','{"argv":["echo","called"]}','{"exitCode":0,"stdout":"called\n","stderr":""}','completed','2026-11-24T22:20:12.164Z','2026-11-24T22:20:12.208Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('t82w3edg2s4y6aet/two/1/1','t82w3edg2s4y6aet','two','','run','{"argv":["sh","-c","test ! -e fail || exit 3; while test -e stop; do sleep 0.1; done"]}','{"exitCode":0,"stdout":"","stderr":""}','completed','2026-11-24T22:20:12.208Z','2026-11-24T22:20:12.215Z',NULL,1,1,1,NULL,'',NULL);
INSERT INTO step_executions VALUES('t82w3edg2s4y6aet/three/1/1','t82w3edg2s4y6aet','three','','run','{"argv":["echo","called\n"]}','{"exitCode":0,"stdout":"called\n\n","stderr":""}','completed','2026-11-24T22:20:12.215Z','2026-11-24T22:20:12.221Z',NULL,1,1,1,NULL,'',NULL);
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
INSERT INTO execution_history VALUES(1,'zpv77rsvxw851yrh','execution_started',NULL,NULL,'2026-11-24T22:20:11.135Z',1);
INSERT INTO execution_history VALUES(2,'zpv77rsvxw851yrh','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.148Z',2);
INSERT INTO execution_history VALUES(3,'zpv77rsvxw851yrh','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.166Z',3);
INSERT INTO execution_history VALUES(4,'zpv77rsvxw851yrh','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:20:11.166Z',4);
INSERT INTO execution_history VALUES(5,'zpv77rsvxw851yrh','step_completed','two','{"visit":1,"attempt":1}','2026-11-24T22:20:11.178Z',5);
INSERT INTO execution_history VALUES(6,'zpv77rsvxw851yrh','step_started','three','{"visit":1,"attempt":1}','2026-11-24T22:20:11.178Z',6);
INSERT INTO execution_history VALUES(7,'zpv77rsvxw851yrh','step_completed','three','{"visit":1,"attempt":1}','2026-11-24T22:20:11.180Z',7);
INSERT INTO execution_history VALUES(8,'zpv77rsvxw851yrh','execution_completed',NULL,NULL,'2026-11-24T22:20:11.180Z',8);
INSERT INTO execution_history VALUES(9,'sc5qk9j9bqjqq7k1','execution_started',NULL,NULL,'2026-11-24T22:20:11.228Z',1);
INSERT INTO execution_history VALUES(10,'sc5qk9j9bqjqq7k1','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.229Z',2);
INSERT INTO execution_history VALUES(11,'sc5qk9j9bqjqq7k1','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.243Z',3);
INSERT INTO execution_history VALUES(12,'sc5qk9j9bqjqq7k1','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:20:11.243Z',4);
INSERT INTO execution_history VALUES(13,'sc5qk9j9bqjqq7k1','step_failed','two','{"visit":1,"attempt":1,"error":{"code":"exit_status","message":"exit status 3","step":"two"}}','2026-11-24T22:20:11.264Z',5);
INSERT INTO execution_history VALUES(14,'sc5qk9j9bqjqq7k1','execution_failed',NULL,'{"code":"exit_status","message":"exit status 3","step":"two"}','2026-11-24T22:20:11.264Z',6);
INSERT INTO execution_history VALUES(15,'bh6y7sznm2pxrqfs','execution_started',NULL,NULL,'2026-11-24T22:20:11.281Z',1);
INSERT INTO execution_history VALUES(16,'bh6y7sznm2pxrqfs','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.282Z',2);
INSERT INTO execution_history VALUES(17,'bh6y7sznm2pxrqfs','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:20:11.309Z',3);
INSERT INTO execution_history VALUES(18,'bh6y7sznm2pxrqfs','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:20:11.309Z',4);
INSERT INTO execution_history VALUES(19,'bh6y7sznm2pxrqfs','step_interrupted','two',NULL,'2026-11-24T22:20:11.417Z',5);
INSERT INTO execution_history VALUES(20,'bh6y7sznm2pxrqfs','execution_paused',NULL,NULL,'2026-11-24T22:20:11.417Z',6);
INSERT INTO execution_history VALUES(21,'afsv57s6eb49s6na','execution_started',NULL,NULL,'2026-11-24T22:20:11.491Z',1);
INSERT INTO execution_history VALUES(22,'afsv57s6eb49s6na','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:20:11.492Z',2);
INSERT INTO execution_history VALUES(23,'afsv57s6eb49s6na','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:20:11.524Z',3);
INSERT INTO execution_history VALUES(24,'afsv57s6eb49s6na','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:20:11.524Z',4);
INSERT INTO execution_history VALUES(25,'afsv57s6eb49s6na','step_completed','later','{"visit":1,"attempt":1}','2026-11-24T22:20:12.025Z',5);
INSERT INTO execution_history VALUES(26,'afsv57s6eb49s6na','step_started','ask','{"visit":1,"attempt":1}','2026-11-24T22:20:12.025Z',6);
INSERT INTO execution_history VALUES(27,'afsv57s6eb49s6na','execution_waiting','ask','{"for":"approval"}','2026-11-24T22:20:12.031Z',7);
INSERT INTO execution_history VALUES(28,'2hdtgdgr0jc4shrr','execution_started',NULL,NULL,'2026-11-24T22:20:12.066Z',1);
INSERT INTO execution_history VALUES(29,'2hdtgdgr0jc4shrr','step_started','first','{"visit":1,"attempt":1}','2026-11-24T22:20:12.067Z',2);
INSERT INTO execution_history VALUES(30,'2hdtgdgr0jc4shrr','step_completed','first','{"visit":1,"attempt":1}','2026-11-24T22:20:12.104Z',3);
INSERT INTO execution_history VALUES(31,'2hdtgdgr0jc4shrr','step_started','later','{"visit":1,"attempt":1}','2026-11-24T22:20:12.104Z',4);
INSERT INTO execution_history VALUES(32,'2hdtgdgr0jc4shrr','execution_waiting','later','{"until":"2026-11-24T22:20:12.604Z"}','2026-11-24T22:20:12.107Z',5);
INSERT INTO execution_history VALUES(33,'1ngcs0043c491y6s','execution_started',NULL,NULL,'2026-11-24T22:20:12.163Z',1);
INSERT INTO execution_history VALUES(34,'1ngcs0043c491y6s','step_started','both','{"visit":1,"attempt":1}','2026-11-24T22:20:12.164Z',2);
INSERT INTO execution_history VALUES(35,'1ngcs0043c491y6s','step_started','quick','{"visit":1,"attempt":1}','2026-11-24T22:20:12.164Z',3);
INSERT INTO execution_history VALUES(36,'1ngcs0043c491y6s','step_started','slow','{"visit":1,"attempt":1}','2026-11-24T22:20:12.164Z',4);
INSERT INTO execution_history VALUES(37,'1ngcs0043c491y6s','step_started','inner','{"visit":1,"attempt":1}','2026-11-24T22:20:12.164Z',5);
INSERT INTO execution_history VALUES(38,'t82w3edg2s4y6aet','execution_started',NULL,NULL,'2026-11-24T22:20:12.164Z',1);
INSERT INTO execution_history VALUES(39,'t82w3edg2s4y6aet','step_started','one','{"visit":1,"attempt":1}','2026-11-24T22:20:12.164Z',2);
INSERT INTO execution_history VALUES(40,'1ngcs0043c491y6s','step_completed','quick','{"visit":1,"attempt":1}','2026-11-24T22:20:12.192Z',6);
INSERT INTO execution_history VALUES(41,'t82w3edg2s4y6aet','step_completed','one','{"visit":1,"attempt":1}','2026-11-24T22:20:12.208Z',3);
INSERT INTO execution_history VALUES(42,'t82w3edg2s4y6aet','step_started','two','{"visit":1,"attempt":1}','2026-11-24T22:20:12.208Z',4);
INSERT INTO execution_history VALUES(43,'t82w3edg2s4y6aet','step_completed','two','{"visit":1,"attempt":1}','2026-11-24T22:20:12.215Z',5);
INSERT INTO execution_history VALUES(44,'t82w3edg2s4y6aet','step_started','three','{"visit":1,"attempt":1}','2026-11-24T22:20:12.215Z',6);
INSERT INTO execution_history VALUES(45,'t82w3edg2s4y6aet','step_completed','three','{"visit":1,"attempt":1}','2026-11-24T22:20:12.221Z',7);
INSERT INTO execution_history VALUES(46,'t82w3edg2s4y6aet','execution_completed',NULL,NULL,'2026-11-24T22:20:12.221Z',8);
INSERT INTO execution_history VALUES(47,'1ngcs0043c491y6s','step_completed','inner','{"visit":1,"attempt":1}','2026-11-24T22:20:12.221Z',7);
INSERT INTO execution_history VALUES(48,'1ngcs0043c491y6s','execution_waiting','both','{"for":"event"}','2026-11-24T22:20:12.227Z',8);
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
INSERT INTO positions VALUES(1,'1ngcs0043c491y6s','1ngcs0043c491y6s/both/1/1','quick','completed',NULL,NULL);
INSERT INTO positions VALUES(2,'1ngcs0043c491y6s','1ngcs0043c491y6s/both/1/1','slow','open','slow',NULL);
INSERT INTO positions VALUES(3,'1ngcs0043c491y6s','1ngcs0043c491y6s/both/1/1','inner','completed',NULL,NULL);
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
INSERT INTO gates VALUES('1ngcs0043c491y6s/slow/1/1','','1ngcs0043c491y6s','event','','2026-11-24T22:20:12.164Z',NULL,NULL,'go',NULL,NULL);
INSERT INTO gates VALUES('2hdtgdgr0jc4shrr/later/1/1','','2hdtgdgr0jc4shrr','timer','','2026-11-24T22:20:12.104Z','2026-11-24T22:20:12.604Z',NULL,NULL,NULL,NULL);
INSERT INTO gates VALUES('afsv57s6eb49s6na/ask/1/1','','afsv57s6eb49s6na','approval','Go on?','2026-11-24T22:20:12.025Z',NULL,'["go","stop"]',NULL,NULL,NULL);
INSERT INTO gates VALUES('bh6y7sznm2pxrqfs/two/1/1','','bh6y7sznm2pxrqfs','question','`two` was interrupted, and may not simply run again: did it happen?','2026-11-24T22:20:11.417Z',NULL,NULL,NULL,NULL,NULL);
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
COMMIT;

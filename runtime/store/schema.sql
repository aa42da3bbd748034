-- The store of executions, version 1; schema-2.sql and so on lead further. Names and columns of
-- the four first tables are a contract with everyone who reads the file; times are ISO 8601
-- text in UTC.

-- One row per workflow that has been run: its latest definition.
CREATE TABLE workflows (
  id TEXT PRIMARY KEY,        -- stem of the YAML file
  name TEXT NOT NULL,         -- for people
  version TEXT NOT NULL,      -- semver, as its author says
  definition TEXT NOT NULL,   -- JSON, see definition.h
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP, -- first run
  updated_at DATETIME DEFAULT CURRENT_TIMESTAMP  -- last change of this row
);

CREATE TABLE executions (
  slot INTEGER PRIMARY KEY,   -- its byte in the lock file; survives VACUUM
  id TEXT NOT NULL UNIQUE,    -- 16 random characters
  workflow_id TEXT NOT NULL,
  workflow_version TEXT NOT NULL, -- of the build that it started with
  trigger_type TEXT NOT NULL, -- cli, schedule, ...
  trigger_data TEXT,          -- JSON object: the parameters
  status TEXT NOT NULL,       -- queued, running, waiting, paused,
                              -- completed, failed, cancelled
  current_step TEXT,          -- NULL: ended
  state TEXT,                 -- JSON object, small: what was read once, at the start
  started_at DATETIME DEFAULT CURRENT_TIMESTAMP,
  completed_at DATETIME,      -- NULL: not ended
  error TEXT,                 -- JSON {code, message, step, details}: workflow.error
  outputs TEXT,               -- JSON object: the workflow's outputs
  key TEXT,                   -- of --key: at most one execution of a workflow has it
  build_id TEXT,              -- hex: the build that it is pinned to
  workspace TEXT,             -- absolute folder in which its steps work
  request TEXT,               -- pause, cancel: asked of the process that runs it
  history_seq INTEGER NOT NULL DEFAULT 0, -- seq of its last history row
  FOREIGN KEY (workflow_id) REFERENCES workflows(id)
);
CREATE INDEX executions_of_workflow ON executions (workflow_id);
CREATE UNIQUE INDEX executions_with_key ON executions (workflow_id, key)
  WHERE key IS NOT NULL;

-- One row per attempt.
CREATE TABLE step_executions (
  id TEXT PRIMARY KEY,        -- EXECUTION/STEP/VISIT/ATTEMPT
  execution_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  module TEXT NOT NULL,       -- empty: built in
  action TEXT NOT NULL,
  inputs TEXT,                -- JSON object
  outputs TEXT,               -- JSON object; NULL: none
  status TEXT NOT NULL,       -- running, completed, failed, timed_out,
                              -- cancelled, skipped
  started_at DATETIME DEFAULT CURRENT_TIMESTAMP,
  completed_at DATETIME,      -- NULL: running
  error TEXT,                 -- JSON {code, message, step, details}
  visit INTEGER NOT NULL,     -- from 1: how often routing has come to the step
  attempt INTEGER NOT NULL,   -- from 1, in the visit
  run INTEGER NOT NULL,       -- since the budget was fresh, this one included
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, visit, attempt);

CREATE TABLE execution_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- order over all executions
  execution_id TEXT NOT NULL,
  event_type TEXT NOT NULL,   -- execution_started, step_started, step_completed, ...
  step_id TEXT,               -- NULL: about the execution
  data TEXT,                  -- JSON object
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  seq INTEGER NOT NULL,       -- from 1, without gaps, per execution
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);

-- What an execution waits for before it goes on; no row: nothing.
CREATE TABLE gates (
  step_key TEXT PRIMARY KEY,  -- the attempt that waits, or failed and waits for the next
  execution_id TEXT NOT NULL,
  kind TEXT NOT NULL,         -- question: did it happen? ask: no agent; retry: the next
                              -- attempt; timer: a wait; approval: a person decides
  prompt TEXT NOT NULL,       -- text, or the folder of the ask
  opened_at DATETIME NOT NULL,
  FOREIGN KEY (step_key) REFERENCES step_executions(id),
  FOREIGN KEY (execution_id) REFERENCES executions(id)
) WITHOUT ROWID;
CREATE INDEX gates_of_execution ON gates (execution_id);

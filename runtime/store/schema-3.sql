-- Version 3: branches of blocks, executions that steps have called, events, gates with
-- several ways. Links between rows of one tree are checked at the commit, so that a tree
-- can be deleted in any order.

-- NULL: nobody has called it.
ALTER TABLE executions ADD COLUMN parent_id TEXT
  REFERENCES executions(id) DEFERRABLE INITIALLY DEFERRED;
-- The attempt that has called it: at most one child has it.
ALTER TABLE executions ADD COLUMN parent_key TEXT
  REFERENCES step_executions(id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX executions_of_parent ON executions (parent_id);
CREATE UNIQUE INDEX executions_with_parent_key ON executions (parent_key)
  WHERE parent_key IS NOT NULL;
DROP INDEX executions_of_workflow;
CREATE INDEX executions_of_workflow ON executions (workflow_id, parent_id);

-- Inside forEach: [3], nested [3][0].
ALTER TABLE step_executions ADD COLUMN item TEXT NOT NULL DEFAULT '';
-- Inside a block: the block's attempt.
ALTER TABLE step_executions ADD COLUMN parent TEXT
  REFERENCES step_executions(id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX step_executions_of_block ON step_executions (parent)
  WHERE parent IS NOT NULL;
DROP INDEX step_executions_of_step;
CREATE UNIQUE INDEX step_executions_of_step
  ON step_executions (execution_id, step_id, item, visit, attempt);

-- Without AUTOINCREMENT, which writes one more page at each step.
CREATE TABLE new_history (
  id INTEGER PRIMARY KEY,     -- order over all executions
  execution_id TEXT NOT NULL,
  event_type TEXT NOT NULL,   -- execution_started, step_started, step_completed, ...
  step_id TEXT,               -- NULL: about the execution
  data TEXT,                  -- JSON object
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  seq INTEGER NOT NULL,       -- from 1, without gaps, per execution
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO new_history (id, execution_id, event_type, step_id, data, timestamp, seq)
  SELECT id, execution_id, event_type, step_id, data, timestamp, seq
  FROM execution_history;
DROP TABLE execution_history;
ALTER TABLE new_history RENAME TO execution_history;
CREATE UNIQUE INDEX execution_history_of_execution
  ON execution_history (execution_id, seq);

-- A branch of a block that is under way. They go when the block ends.
CREATE TABLE positions (
  id INTEGER PRIMARY KEY,     -- in the order in which they were opened
  execution_id TEXT NOT NULL,
  block_key TEXT NOT NULL,    -- the block's attempt
  branch TEXT NOT NULL,       -- its name; of an item: [3]
  status TEXT NOT NULL,       -- open, completed, failed, cancelled, skipped
  current_step TEXT,          -- NULL: ended
  error TEXT,                 -- JSON {code, message, step, details}: first failure that
                              -- nothing in it has recovered from
  FOREIGN KEY (execution_id) REFERENCES executions(id),
  FOREIGN KEY (block_key) REFERENCES step_executions(id)
);
CREATE UNIQUE INDEX positions_of_block ON positions (block_key, branch);
CREATE INDEX positions_of_execution ON positions (execution_id);

-- What an execution waits for before it goes on; no row: nothing. An attempt may wait for
-- the first of several.
CREATE TABLE new_gates (
  step_key TEXT NOT NULL,     -- the attempt that waits, or failed and waits for the next
  way TEXT NOT NULL,          -- which of several; empty: the only one
  execution_id TEXT NOT NULL,
  kind TEXT NOT NULL,         -- question: did it happen? ask: no agent; retry: the next
                              -- attempt; timer: a wait; approval: a person decides;
                              -- event: something happens outside
  prompt TEXT NOT NULL,       -- text, or the folder of the ask
  opened_at DATETIME NOT NULL,
  due_at DATETIME,            -- NULL: it does not open by itself
  choices TEXT,               -- JSON array, of an approval
  event TEXT,                 -- name of the event that opens it, or NULL
  "match" TEXT,               -- JSON object: what the event's data must have, or NULL
  answer TEXT,                -- JSON: opened, and the engine has not seen it; or NULL
  PRIMARY KEY (step_key, way),
  FOREIGN KEY (step_key) REFERENCES step_executions(id),
  FOREIGN KEY (execution_id) REFERENCES executions(id)
) WITHOUT ROWID;
INSERT INTO new_gates (step_key, way, execution_id, kind, prompt, opened_at, due_at,
  choices)
  SELECT step_key, '', execution_id, kind, prompt, opened_at, due_at, choices FROM gates;
DROP TABLE gates;
ALTER TABLE new_gates RENAME TO gates;
CREATE INDEX gates_of_execution ON gates (execution_id);
CREATE INDEX gates_of_event ON gates (event) WHERE event IS NOT NULL;

-- Something that has happened outside.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- order over all of them
  name TEXT NOT NULL,
  data TEXT NOT NULL,         -- JSON
  source TEXT,                -- who says so, or NULL
  emitted_at DATETIME NOT NULL
);
CREATE INDEX events_of_name ON events (name, emitted_at);

-- An execution uses an event at most once.
CREATE TABLE taken_events (
  execution_id TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  PRIMARY KEY (execution_id, event_id),
  FOREIGN KEY (execution_id) REFERENCES executions(id),
  FOREIGN KEY (event_id) REFERENCES events(id)
) WITHOUT ROWID;
CREATE INDEX taken_events_of_event ON taken_events (event_id);

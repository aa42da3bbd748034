-- Version 5: values in files of their own, and what is left of executions that were deleted.

-- Executions whose rows refer to a value that is too large for a row. The row has the text
-- file:HASH instead, which is no JSON.
CREATE TABLE large_values (
  hash TEXT NOT NULL,         -- SHA-256 in hex: the file values/HASH of the state folder
  execution_id TEXT NOT NULL,
  PRIMARY KEY (hash, execution_id),
  FOREIGN KEY (execution_id) REFERENCES executions(id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX large_values_of_execution ON large_values (execution_id);

-- Executions that were deleted, and whose files may still be there.
CREATE TABLE pruned_executions (
  id TEXT PRIMARY KEY,
  workspace TEXT              -- where its steps worked, or NULL
) WITHOUT ROWID;

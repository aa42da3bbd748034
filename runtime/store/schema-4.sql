-- Version 4: how many executions of a workflow may be under way.

-- What they are counted by, empty where all count together; NULL: any number.
ALTER TABLE executions ADD COLUMN concurrency_key TEXT;
CREATE INDEX executions_under_way ON executions (workflow_id, concurrency_key)
  WHERE concurrency_key IS NOT NULL AND completed_at IS NULL;

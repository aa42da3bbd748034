-- Version 7: a step writes to fewer trees. Rows of one execution are found by what they are
-- called: its history by its slot, its attempts by its id, which their keys begin with.

-- How many rows its history has; seq of the last. The name is new, so that a program of an
-- older schema that still runs stops: it would give the rows ids of its own.
ALTER TABLE executions RENAME COLUMN history_seq TO event_count;
-- How many events the caller had when it called this one: tells what it has called since one
-- of them. NULL: nobody has called it.
ALTER TABLE executions ADD COLUMN parent_seq INTEGER;
UPDATE executions SET parent_seq = ifnull(
  (SELECT caller.seq FROM execution_history AS caller NOT INDEXED
   WHERE caller.execution_id = executions.parent_id AND caller.id <
     (SELECT first.id FROM execution_history AS first
      WHERE first.execution_id = executions.id AND first.seq = 1)
   ORDER BY caller.id DESC LIMIT 1), 0)
  WHERE parent_id IS NOT NULL;

-- Visits of a step have no gaps: one that was given up before it was stored is cancelled.
INSERT INTO step_executions (id, execution_id, step_id, item, module, action, status,
  started_at, completed_at, visit, attempt, run)
  WITH RECURSIVE
    with_gaps (execution_id, step_id, item, visit) AS
      (SELECT execution_id, step_id, item, max(visit) FROM step_executions
       GROUP BY execution_id, step_id, item HAVING max(visit) > count(DISTINCT visit)),
    visits (execution_id, step_id, item, visit, last) AS
      (SELECT execution_id, step_id, item, visit, visit FROM with_gaps
       UNION ALL SELECT execution_id, step_id, item, visit - 1, last FROM visits
       WHERE visit > 1)
  SELECT execution_id || '/' || step_id || item || '/' || visits.visit || '/1',
    execution_id, step_id, item, later.module, later.action, 'cancelled',
    later.started_at, later.started_at, visits.visit, 1, 0
  FROM visits JOIN step_executions AS later USING (execution_id, step_id, item)
  WHERE later.visit = visits.last AND later.attempt = 1 AND NOT EXISTS
    (SELECT 1 FROM step_executions AS known
     WHERE known.execution_id = visits.execution_id AND known.step_id = visits.step_id
     AND known.item = visits.item AND known.visit = visits.visit);
DROP INDEX step_executions_of_step;

CREATE TABLE new_history (
  id INTEGER PRIMARY KEY,     -- slot of the execution * 2^32 + seq
  execution_id TEXT NOT NULL,
  event_type TEXT NOT NULL,   -- execution_started, step_started, step_completed, ...
  step_id TEXT,               -- NULL: about the execution
  data TEXT,                  -- JSON object
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  seq INTEGER NOT NULL,       -- from 1, without gaps, per execution
  FOREIGN KEY (execution_id) REFERENCES executions(id)
);
INSERT INTO new_history (id, execution_id, event_type, step_id, data, timestamp, seq)
  SELECT (slot << 32) + event.seq, execution_id, event_type, step_id, data, timestamp, seq
  FROM executions CROSS JOIN execution_history AS event ON execution_id = executions.id
  ORDER BY slot, seq;
DROP TABLE execution_history;
ALTER TABLE new_history RENAME TO execution_history;
CREATE INDEX execution_history_of_resumes ON execution_history (execution_id)
  WHERE event_type = 'execution_resumed';

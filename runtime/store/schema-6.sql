-- Version 6: a resume finds what came before it without reading all of a long history.

CREATE INDEX execution_history_of_resumes ON execution_history (execution_id, seq)
  WHERE event_type = 'execution_resumed';

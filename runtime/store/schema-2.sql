-- Version 2: an attempt knows which of its action's named outcomes it had; a gate may open by
-- itself.
ALTER TABLE step_executions ADD COLUMN outcome TEXT; -- NULL: none
ALTER TABLE gates ADD COLUMN due_at DATETIME; -- NULL: it waits for a person
ALTER TABLE gates ADD COLUMN choices TEXT; -- JSON array, of an approval

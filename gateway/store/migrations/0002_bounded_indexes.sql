-- What a client sends may be longer than PostgreSQL lets an index entry be (a third of a page), so only the beginning is
-- indexed; the queries name the same expression. It stands first, so that no planner takes this index for a resource's rows
-- (PostgreSQL did while it had no statistics, and read every row of the resource type).
DROP INDEX kept_by_value;
-- Most attributes are compared without regard to case; whoever asks compares exactly what is found.
CREATE INDEX kept_by_value ON kept (lower(substr(value, 1, 200)), slot, instance, resource_type);
DROP INDEX awaited_by_value;
CREATE INDEX awaited_by_value ON awaited (substr(value, 1, 200), instance, refers_to);

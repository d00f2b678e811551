-- JSON: the names of what the client sent and no rule took; NULL where there is nothing.
ALTER TABLE provisioning_log ADD COLUMN ignored TEXT;

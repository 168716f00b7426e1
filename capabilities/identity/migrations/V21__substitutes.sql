-- For whom a substitute holds a post. Substitutes from before have none here: they act for the post and end as they
-- were meant to.
ALTER TABLE identity_appointment ADD COLUMN instead_of TEXT;
CREATE INDEX identity_appointment_instead_of ON identity_appointment (instead_of, post) WHERE instead_of IS NOT NULL;

-- The fields of the form that hold what a source said: JSON pointers, no values.
ALTER TABLE casework_draft ADD COLUMN prefilled TEXT NOT NULL DEFAULT '[]';

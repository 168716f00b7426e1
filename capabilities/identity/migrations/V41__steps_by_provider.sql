-- By which provider outside the house a sign-in began that waits for its second step.
ALTER TABLE identity_step ADD COLUMN outside TEXT;

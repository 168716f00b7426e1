-- The person behind the account that took a step: the same human may have several accounts.
ALTER TABLE casework_step ADD COLUMN actor_person TEXT;

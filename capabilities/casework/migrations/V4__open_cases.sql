-- Which item versions open cases are pinned to, and in which stage they stand: asked before other packs are put in force.
CREATE INDEX casework_case_open ON casework_case (item_version, stage) WHERE open;

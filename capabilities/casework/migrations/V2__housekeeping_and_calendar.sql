-- Whether an object is still of use.
CREATE INDEX casework_material_object ON casework_material (object);

-- Cases whose clock runs, for a change of the calendar.
CREATE INDEX casework_case_running ON casework_case (id) WHERE role IS NOT NULL;


# Conditions and values in packs (CEL expressions): for the authors of packs
expr-too-long = The expression has {$length} characters, {$max} at most. A longer one is a missing field, or a feature that needs a name
expr-too-deep = Brackets nest {$max} deep at most
expr-number = The number “{$near}” is too large
expr-hint-contains = To look for a text within a text write text.contains('…')
expr-one-line = An expression stands on one line, without control characters
expr-empty = The expression is empty
expr-unfinished = The expression is not finished
expr-syntax = Wrong syntax at “{$near}”
expr-unsupported = Packs do not support this
expr-unknown-variable = There is no variable “{$name}”
expr-unknown-field = “{$of}” has no field “{$name}”
expr-no-fields = A value of type {$of} has no fields, so no “{$name}”
expr-not-guarded = “{$path}” may be absent: test it with has() before reading it
expr-unknown-function = There is no function “{$name}”
expr-arguments = “{$name}” does not take these arguments. Write {$wanted}
expr-operand = “{$name}” takes {$wanted}, this is {$found}
expr-unlike = “{$operator}” does not go between {$left} and {$right}
expr-outside-choice = “{$value}” is not among the possible values, so this comparison can never be true
expr-null = Nothing can be compared with null
expr-branches = The two branches of “? :” have different types: {$left} and {$right}
expr-mixed-list = The list mixes types: {$left} and {$right}
expr-map-key = The keys of an object are texts, each once
expr-has = has() takes a field, such as has(form.note)
expr-nested = exists, all, filter and map cannot stand inside one another
expr-comprehension-variable = The name of a variable is wanted here, as in list.exists(x, x > 1)
expr-shadows = There is a variable “{$name}” already. Choose another name
expr-index-computed = The fields of this object have fixed names, so a computed name cannot be used
expr-index-guard = “{$of}” may have no “{$index}”: test it before reading it with {$index} in {$of}
expr-in-map = The fields of this object are fixed: use has()
expr-result = The result should be {$wanted}, this is {$found}
expr-hint-did-you-mean = Did you mean “{$name}”?
expr-hint-names = There are: {$names}
expr-hint-guard = Write: has({$path}) && …
expr-hint-functions = The functions are: {$names}
expr-hint-equals = To test for equality write ==
expr-hint-write = Write {$text}
expr-hint-half-width = Use half-width quotation marks, brackets and commas
expr-hint-double = Write the whole number with a fraction (2.0), or convert with double(x) or int(x)
expr-hint-any = The schema does not say what type this is: it can only be tested with has() or handed on
expr-hint-list = To test for an element use in, for an empty list size(x) == 0
expr-hint-null = To test whether it is there use has()
expr-failed = The expression has no value: {$what}
expr-failed-unbound = The expression has no value: “{$name}” is missing
expr-failed-unfit = The expression has no value: “{$path}” is not {$wanted}
expr-failed-too-large = The expression has no value: too much data
expr-failed-overflow = The expression has no value: a number is out of range
expr-failed-division = The expression has no value: division by zero
expr-failed-index = The expression has no value: the list has no such element

# Numbers of cards and licences, telephones
codes-sex-male = male
codes-sex-female = female
codes-citizen-empty = Enter the citizen identity number
codes-citizen-length = A citizen identity number has 18 characters, this one has {$found}: please check
codes-citizen-first-generation = 15 digits are the number of a first-generation card, not valid since 2013: enter the 18 characters
codes-citizen-character = Character {$position} of the citizen identity number should be a digit, it is “{$found}”: please check
codes-citizen-last-character = Character 18 of the citizen identity number should be a digit or X, it is “{$found}”: please check
codes-citizen-province = Characters 1–2 of the citizen identity number are no province's code: please check
codes-citizen-birth-year = Characters 7–10 of the citizen identity number are the year of birth, from 1880: please check
codes-citizen-birth-month = Characters 11–12 of the citizen identity number are the month of birth, 01 to 12: please check
codes-citizen-birth-day = Characters 13–14 of the citizen identity number are the day of birth, that month has 01 to {$days}: please check
codes-citizen-birth-future = Characters 7–14 of the citizen identity number are the date of birth, not after today: please check
codes-citizen-check = Character 18 of the citizen identity number should be {$expected}; if it is right, check the first 17
codes-uscc-empty = Enter the unified social credit code
codes-uscc-length = A unified social credit code has 18 characters, this one has {$found}: please check
codes-uscc-old-licence = 15 digits are the number of an old business licence: enter the 18 characters of the new one
codes-uscc-mistaken-letter = The code does not use the letter {$found}; character {$position} may be {$perhaps}: please check
codes-uscc-character = Character {$position} of the code should be a digit or a capital letter, it is “{$found}”: please check
codes-uscc-digit = Character {$position} of the code should be a digit (3–8 are the registering authority's division), it is “{$found}”: please check
codes-uscc-authority = Character 1 of the code, “{$found}”, is no registering authority: please check
codes-uscc-organisation-code = Characters 9–17 of the code are wrong: by the first 8 of them, character 17 should be {$expected}; check these 9
codes-uscc-check = Character 18 of the code should be {$expected}; if it is right, check characters 1–8
codes-uscc-authority-1 = institutional organisation
codes-uscc-authority-2 = foreign affairs
codes-uscc-authority-3 = judicial administration
codes-uscc-authority-4 = culture
codes-uscc-authority-5 = civil affairs
codes-uscc-authority-6 = tourism
codes-uscc-authority-7 = religious affairs
codes-uscc-authority-8 = trade unions
codes-uscc-authority-9 = market regulation
codes-uscc-authority-a = armed forces
codes-uscc-authority-n = agriculture and rural affairs
codes-uscc-authority-y = another authority
codes-uscc-kind-11 = government body
codes-uscc-kind-12 = public institution
codes-uscc-kind-13 = mass organisation
codes-uscc-kind-19 = other body registered with institutional organisation
codes-uscc-kind-21 = resident foreign news organisation
codes-uscc-kind-29 = other body registered with foreign affairs
codes-uscc-kind-31 = law firm
codes-uscc-kind-32 = notary office
codes-uscc-kind-33 = grassroots legal service office
codes-uscc-kind-34 = forensic institution
codes-uscc-kind-35 = arbitration commission
codes-uscc-kind-39 = other body registered with judicial administration
codes-uscc-kind-41 = foreign cultural centre
codes-uscc-kind-49 = other body registered with culture
codes-uscc-kind-51 = social association
codes-uscc-kind-52 = private non-enterprise unit
codes-uscc-kind-53 = foundation
codes-uscc-kind-54 = villagers' or residents' committee
codes-uscc-kind-59 = other body registered with civil affairs
codes-uscc-kind-61 = representative office of a foreign tourism authority
codes-uscc-kind-62 = mainland representative office of a Hong Kong, Macao or Taiwan tourism authority
codes-uscc-kind-69 = other body registered with tourism
codes-uscc-kind-71 = place of worship
codes-uscc-kind-72 = religious school
codes-uscc-kind-79 = other body registered with religious affairs
codes-uscc-kind-81 = basic trade union
codes-uscc-kind-89 = other body registered with trade unions
codes-uscc-kind-91 = enterprise
codes-uscc-kind-92 = individual business
codes-uscc-kind-93 = farmers' cooperative
codes-uscc-kind-a1 = institution of the armed forces
codes-uscc-kind-n1 = group-level rural collective
codes-uscc-kind-n2 = village-level rural collective
codes-uscc-kind-n3 = township-level rural collective
codes-uscc-kind-y1 = other body
codes-uscc-kind-other = other body
codes-phone-empty = Enter the telephone number
codes-phone-too-long = This is too long for a telephone number: enter one number only
codes-phone-character = Character {$position} of the telephone number should be a digit, it is “{$found}”: please check
codes-phone-foreign = Only numbers of mainland China (country code 86) can be entered here
codes-phone-beginning = Mobiles begin with 1, landlines with an area code (0…, such as 0591): please check
codes-phone-area-code-missing = Add the area code to a landline, such as 0591-87654321
codes-phone-mobile-length = A mobile number has 11 digits, this one has {$found}: please check
codes-phone-mobile-beginning = The second digit of a mobile number is 3 to 9: please check
codes-phone-area-code = There is no such area code: please check; those of Fujian are 0591 to 0599
codes-phone-landline-length = After the area code come {$wanted} digits, here are {$found}: please check
codes-phone-landline-beginning = The number after the area code cannot begin with 0 or 1: please check
codes-phone-not-mobile = Enter a mobile number: text messages do not reach landlines

# Amounts
money-empty = Enter an amount, such as 1234.50
money-too-long = This is too long for an amount: please check
money-character = Character {$position} of the amount, “{$found}”, does not belong there: use digits and a point, in yuan
money-grouping = Character {$position} of the amount separates groups, three digits should follow; write the decimal point as “.”
money-too-fine = An amount has at most 2 digits after the point, this one has {$found}
money-too-large = The amount cannot exceed {$max}

# The working-day calendar and limits
calendar-working-days =
    { $n ->
        [one] {$n} working day
       *[other] {$n} working days
    }
calendar-calendar-days =
    { $n ->
        [one] {$n} calendar day
       *[other] {$n} calendar days
    }
calendar-months =
    { $n ->
        [one] {$n} month
       *[other] {$n} months
    }
calendar-hours =
    { $n ->
        [one] {$n} hour
       *[other] {$n} hours
    }
calendar-limit-shape = Write a limit as a number and a unit, such as 15 working days
calendar-limit-number = “{$found}” is not a whole number; write a limit such as 15 working days
calendar-limit-which-days = Say which days: working days or calendar days
calendar-limit-unit = “{$found}” is no unit; use working days, calendar days, months or hours
calendar-limit-zero = A limit is at least 1
calendar-limit-too-many = A limit is at most {$most}
calendar-file-too-large = Line {$line}: a calendar file has at most 1 MB
calendar-file-syntax = Line {$line}, column {$column}: {$what}
calendar-bad-date = Line {$line}, column {$column}: “{$text}” is not a date; write it as 2026-02-14
calendar-bad-year = Line {$line}, column {$column}: the year {$year} should lie from 1950 to 2200
calendar-year-twice = Line {$line}, column {$column}: the year {$year} stands twice
calendar-other-year = Line {$line}, column {$column}: {$date} does not belong to this year's arrangement
calendar-period-backwards = Line {$line}, column {$column}: the last day off is before the first
calendar-period-too-long = Line {$line}, column {$column}: a period has at most 31 days
calendar-no-holiday = Line {$line}, column {$column}: the period names no holiday
calendar-unknown-holiday = Line {$line}, column {$column}: there is no holiday “{$holiday}”; declare it as [[holiday]] first
calendar-holiday-twice = Line {$line}, column {$column}: the holiday “{$holiday}” stands twice
calendar-not-weekend = Line {$line}, column {$column}: {$date} is no Saturday or Sunday, it is a working day anyway
calendar-day-twice = Line {$line}, column {$column}: {$date} stands twice, or is both off and worked

# The division file
division-file-too-large = Line {$line}: a division file has at most 64 MB
division-head = Line {$line}: the first line should be {$head}
division-fields = Line {$line}: there should be 3 fields, here are {$found}
division-code = Line {$line}: “{$found}” is no division code; 6, 9 or 12 digits are wanted
division-name = Line {$line}: the name is empty or too long
division-twice = Line {$line}: the code {$code} stands twice
division-unknown-parent = Line {$line}: no division has the parent's code {$code}
division-low-parent = Line {$line}: the parent {$code} is not of a higher level
division-no-parent = Line {$line}: the parent's code is missing; only a province has none

# How dates, times and quantities are written
show-date = {$weekday} {$day} {$month} {$year}
show-instant = {$date}, {$time}
show-due-day = end of {$date}
show-left =
    { $n ->
        [one] {$n} working day left
       *[other] {$n} working days left
    }
show-left-rest-days = due before the next working day
show-due-today = due today
show-overdue = overdue
show-overdue-days =
    { $n ->
        [one] {$n} working day overdue
       *[other] {$n} working days overdue
    }
show-bytes =
    { $n ->
        [one] {$n} byte
       *[other] {$n} bytes
    }
show-days =
    { $n ->
        [one] {$n} day
       *[other] {$n} days
    }
show-hours =
    { $n ->
        [one] {$n} hour
       *[other] {$n} hours
    }
show-minutes =
    { $n ->
        [one] {$n} minute
       *[other] {$n} minutes
    }
show-seconds =
    { $n ->
        [one] {$n} second
       *[other] {$n} seconds
    }
show-milliseconds =
    { $n ->
        [one] {$n} millisecond
       *[other] {$n} milliseconds
    }
show-weekday-1 = Mon
show-weekday-2 = Tue
show-weekday-3 = Wed
show-weekday-4 = Thu
show-weekday-5 = Fri
show-weekday-6 = Sat
show-weekday-7 = Sun
show-month-1 = January
show-month-2 = February
show-month-3 = March
show-month-4 = April
show-month-5 = May
show-month-6 = June
show-month-7 = July
show-month-8 = August
show-month-9 = September
show-month-10 = October
show-month-11 = November
show-month-12 = December

# Forms: words on the page
form-origin = Filled in from { $source }; you may change it.
form-origin-fixed = From { $source }; it cannot be changed here.
form-optional = (optional)
form-choose = Choose
form-yes = Yes
form-no = No
form-enter = Update this page
form-refresh = Update the questions below
form-division-whole = {$name} (the whole province)
form-division-next = Update the next level
form-remove = Remove
form-add-one = Add: {$noun}
form-add-row = Add another: {$label}
form-rows-full = {$max} at most, the list is full
form-summary = { $count ->
    [one] One thing to change
   *[other] {$count} things to change
 }
form-summary-entry = {$label}: {$problem}
form-not-filled = Not filled in
form-separator = ,_
form-section-done = Complete
form-section-missing = { $count ->
    [one] One answer missing
   *[other] {$count} answers missing
 }
form-section-wrong = { $count ->
    [one] One thing to change
   *[other] {$count} things to change
 }

# Forms: what is wrong with an answer
form-required = Please fill this in
form-required-choice = Please choose
form-must-agree = Please read this and tick the box to go on
form-unknown-field = The form has no “{$name}”. Please leave it out
form-too-many-values = Too much was sent at once. Please fill the form in parts
form-wanted-object = A group of values is wanted here
form-wanted-list = A list is wanted here
form-wanted-text = A text is wanted here
form-wanted-number = Write a number, such as 126.5
form-wanted-whole = Write a whole number, such as 12
form-wanted-money = Write an amount, such as 1,234.50
form-wanted-yes-no = Choose Yes or No
form-wanted-date = There is no such day, or it is written another way. Write it like 2026-03-05
form-wanted-division = Choose the place from the list
form-control-character = It holds characters that cannot be seen. Please type it again
form-email = This is no e-mail address. It should look like name@example.cn
form-postcode = A postcode has 6 digits. Please check it
form-too-long = { $max ->
    [one] One character at most; please take {$over} out
   *[other] {$max} characters at most; please take {$over} out
 }
form-too-short = At least {$min} characters; there are {$length}
form-pattern = It is written another way. Please follow the instructions
form-pattern-help = It is written another way. {$help}
form-not-an-option = Please choose one of the options listed
form-several-twice = The same option was chosen twice. Please take one out
form-several-min = Choose at least {$min}
form-several-max = Choose {$max} at most. Please take some out
form-too-small = It cannot be less than {$bound}{$unit}. Please check it
form-too-large = It cannot be more than {$bound}{$unit}. Please check it
form-date-year = The year {$year} cannot be right. Please check it
form-date-early = It cannot be before {$date}. Please check it
form-date-late = It cannot be after {$date}. Please check it
form-division-unknown = There is no division with the code “{$code}”. Please choose again
form-division-shallow = Please choose down to the {$level}
form-division-deep = Please choose only down to the {$level}
form-rows-min = There must be at least {$min}. Please add
form-rows-max = There can be {$max} at most. Please remove what is too many

# Mistakes in a form's JSON Schema: for the authors of packs
form-schema-too-large = The form's schema has more than {$max} bytes
form-schema-json = This is no valid JSON: {$what}
form-schema-repeated = The same key stands twice
form-schema-object = An object is wanted here
form-schema-keyword = The keyword “{$name}” is not supported
form-schema-type-wanted = type should be {$wanted}
form-schema-type = type should be object, array, string, integer, number or boolean
form-schema-depth = {$max} levels of nesting at most
form-schema-too-many = A form has {$max} fields at most
form-schema-additional = additionalProperties can only be false: a form takes no fields that it does not declare
form-schema-no-properties = properties is missing
form-schema-name = The field name “{$name}” should begin with a lower-case letter and hold only lower-case letters, digits and underscores, 40 at most
form-schema-required = required should be a list of field names
form-schema-required-unknown = “{$name}” in required is no field here
form-schema-label = The label is missing: write title, or x-zh.label and x-en.label
form-schema-one-language = {$name} is given in one language only: {$absent}.{$name} is missing
form-schema-words = An object is wanted here, with label, help, placeholder
form-schema-text = A text that is not empty is wanted here
form-schema-flag = true or false is wanted here
form-schema-personal-container = x-personal belongs to single fields, not to groups and lists
form-schema-const = The const of a boolean can only be true: it must be agreed to
form-schema-widget = x-widget can only be radio or select
form-schema-format = This format is not supported. There are: {$names}
form-schema-bounds = The bounds contradict each other
form-schema-pattern = pattern is no regular expression that can be used (no back references, no look-around, limited in size)
form-schema-pattern-anchors = pattern should begin with ^ and end with $: it holds for the whole text
form-schema-date-bound = A date such as 2026-03-05 is wanted here, or today
form-schema-levels = x-levels names the deepest level: prefecture, county, township or village
form-schema-items = items should be an object, or a string with enum
form-schema-enum = enum should be a list of short texts, each once
form-schema-enum-size = enum should have 1 to {$max} values
form-schema-enum-twice = “{$value}” stands twice in enum
form-schema-labels = x-labels should be an object: value to zh and en
form-schema-label-missing = x-labels has no zh and en for “{$value}”
form-schema-label-unknown = “{$value}” in x-labels is no value of enum
form-schema-integer-bound = A whole number is wanted here
form-schema-number-bound = A number is wanted here
form-schema-unit = x-unit should be a text, or an object with zh and en
form-schema-count = A whole number from 0 to {$max} is wanted here
form-schema-when-later = x-when can only use fields that stand before this one

kernel-title-malformed = The request cannot be read
kernel-title-unauthenticated = Please sign in
kernel-title-refused = Not allowed
kernel-title-missing = There is no such page
kernel-title-wrong-method = Not this way
kernel-title-conflict = Things have changed
kernel-title-too-large = Too large
kernel-title-wrong-kind = The file is of the wrong kind
kernel-title-invalid = Some answers need correcting
kernel-title-too-many = Too many requests
kernel-title-too-slow = The request did not come in time
kernel-title-unavailable = Not possible right now
kernel-title-internal = Something went wrong
kernel-invalid = Some answers are not right; please correct them as shown.
kernel-missing = The address may be mistyped, or the page has moved. Your drafts and cases are safe.
kernel-no-operation = There is no such operation.
kernel-wrong-method = This address does not take this method; the header Allow says which it takes.
kernel-refused = This account may not do that. If it is your work, ask your unit's administrator to check your post.
kernel-session-ended = The session of this token is over, or never was. Sign in again for a new token.
kernel-sign-in = Please sign in to go on.
kernel-lost-race = Somebody changed it at the same time; reload and try again.
kernel-duplicate = The same record is there already.
kernel-busy = Many people are being served; please try again in a few seconds. What you typed is not lost.
kernel-unavailable = The database cannot be reached right now; please try again shortly. What you typed is not lost.
kernel-nul-character = The text holds a character that cannot be stored; please remove it.
kernel-internal = This is our mistake and has been noted. Try again later, or quote the number.
kernel-key-reused = The same idempotency key came with another body; use a new key.
kernel-form-token = The page was open too long; reload it and send the form again.
kernel-body-too-large = The content is too large; shorten it and send it again.
kernel-file-too-large = The file is over the limit of {$mib} MB; compress or split it.
kernel-file-kind = The file's content is {$found}, which is not among the kinds accepted.
kernel-file-empty = The file is empty; please choose it again.
kernel-file-infected = Malicious software was found in the file ({ $signature }), and it was not taken. Clean your device first, then send a clean file.
kernel-file-unchecked = Files cannot be checked at the moment, so none is taken. Please send it again in a few minutes; what you filled in is kept.
kernel-file-damaged = The stored file is damaged; this has been noted for the operators.
kernel-upload-cut-off = The upload was cut off; please upload again.
kernel-no-files-here = No files are accepted here.
kernel-not-multipart = Send the file as multipart/form-data.
kernel-multipart-wanted = Send the file as multipart/form-data, in the field “file”.
kernel-not-a-form = The form cannot be read; reload the page and try again.
kernel-too-many-requests = Too much was asked from here in a short time; wait {$seconds} seconds and try again. What is saved stays saved.
kernel-too-slow = What was sent came too slowly and was not taken. Try again where the connection is better; smaller files arrive sooner.
kernel-too-many-files = At most 20 files at a time.
kernel-json-wanted = Send application/json.
kernel-not-json = The body is not valid JSON.
kernel-bad-key = An idempotency key has 1 to 200 visible ASCII characters.
kernel-unreadable = Cannot be read: {$what}
kernel-unknown-parameter = There is no parameter {$name}.
kernel-repeated-parameter = The parameter {$name} may stand once only.
kernel-too-long = The text is too long: {$most} characters at most.
kernel-out-of-range = Enter a whole number from {$least} to {$most}.
kernel-subject-parked = An earlier event of the same subject is a dead letter.

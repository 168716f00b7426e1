# Texts of casework's pages.

casework-nav-items = Services
casework-nav-work = Cases
casework-crumbs = Where you are
casework-list-separator = {", "}
casework-comma = {", "}
casework-colon = {": "}
casework-sentence-gap = {". "}
casework-sentences = { $first } { $second }
casework-optional = (optional)
casework-search = Search
casework-next-page = Next page
casework-change = Change
casework-remove = Remove
casework-open = Open
casework-key-facts = In brief

# Items
casework-items-title = Services
casework-items-lead = What can be done online. Each page tells how, what you need, how long it takes and what it costs.
casework-items-search = Search, for example food business
casework-items-none = Nothing can be done online yet.
casework-items-not-found = Nothing was found for “{ $q }”. Try another word, or look at everything.
casework-items-all = Everything
casework-panel-items = What can be done here
casework-free = Free of charge
casework-free-short = free of charge
casework-charged = charged
casework-five = Five questions
casework-five-can = Can I apply
casework-five-need = What do I need
casework-five-long = How long
casework-five-cost = How much
casework-five-where = Where
casework-applicant-person = People may apply
casework-applicant-organisation = Companies and organisations may apply
casework-applicant-any = People, companies and organisations may apply
casework-needed =
    { $count ->
        [0] No required materials
        [one] { $count } required material
       *[other] { $count } required materials
    }
casework-needed-sometimes = Sometimes, depending on the answers: { $names }
casework-statutory-is = { $limit } by law
casework-latest = Sent in today, decided by { $date } at the latest.
casework-online = Online, from beginning to end
casework-details = In detail
casework-materials-how = How to prepare the materials
casework-materials-none = No materials are needed.
casework-stages-which = Which steps it takes
casework-stage-takes = { $name }: { $limit }
casework-result-is = What you get: { $name }
casework-basis = Legal basis
casework-fees-basis = Basis of the charges
casework-who-handles = Who handles it
casework-handled-at = The { $level } offices of the place handle it.
casework-start-title = Begin
casework-closed-now = Takes no new applications for now
casework-start = Begin
casework-start-sign-in = Sign in to fill in the application. What you typed is always kept.
casework-start-sign-in-button = Sign in and begin
casework-start-no-mandate = A company or organisation must apply, and your account may not act for any. Take the business licence and your identity card to a service counter once; after that you can apply here.
casework-start-for-whom = On whose behalf
casework-start-myself = Myself ({ $name })
casework-start-on-behalf = On behalf of “{ $name }”
casework-start-unproved = Your identity is not proved yet. You can fill in the application now; before you send it, show your identity card at a service counter once.

# List of items, elements, versions and guides
casework-items-everybody = Everybody
casework-items-persons = Persons
casework-items-organisations = Companies and organisations
casework-items-for-whom = For whom
casework-items-narrow = Find by topic, department or kind
casework-items-any = Any
casework-items-choice = { $name } ({ $count })
casework-items-topic = Topic
casework-items-department = Department
casework-items-kind = Kind of item
casework-items-depth = How far online
casework-items-by-department = By department
casework-items-choose = Show
casework-items-count =
    { $count ->
        [one] 1 item found.
       *[other] { $count } items found.
    }
casework-items-none-chosen = No item fits all of this. Try with one condition less.
casework-items-take = Take all elements of these items along:
casework-no-visit = Nobody has to come
casework-visits =
    { $count ->
        [one] One visit at most
       *[other] { $count } visits at most
    }
casework-taken-across = { $area }
casework-material-forms = Form: { $forms }
casework-material-forms-copies =
    { $copies ->
        [one] Form: { $forms }; bring 1 copy to the counter
       *[other] Form: { $forms }; bring { $copies } copies to the counter
    }
casework-material-standard = Accepted if: { $standard }
casework-material-blank = Blank form
casework-material-sample = Filled-in sample
casework-result-sample = See a sample
casework-steps = How it goes, step by step
casework-counters = Counters and hours
casework-faq = Questions people ask
casework-supervision = Not treated well? Call { $phone }.
casework-elements = All elements of the item
casework-versions = Versions
casework-versions-of = { $name }: versions
casework-versions-lead = When the rules changed, and how. A case under way keeps the version it was begun with.
casework-version-gone = This item is no longer offered.
casework-version-changes = What changed
casework-version-no-changes = The two versions are the same.
casework-version-about = Where
casework-version-before = Before
casework-version-after = Now
casework-version-nothing = (nothing)
casework-version-since = Since { $since }
casework-version-between = { $since } to { $until }
casework-version-compare = Compare with the one before
casework-version-now = In force
casework-guides = Guides
casework-guides-title = Not sure what you need
casework-guides-lead = Answer a few questions and see which items apply, what to bring, how long it takes and what it costs.
casework-guides-none = There is no guide yet. You can look among the items.
casework-guide-question = { $number }. { $ask }
casework-guide-choose = Choose one answer to go on
casework-guide-next = Next
casework-guide-apply =
    { $count ->
        [one] 1 item to apply for
       *[other] { $count } items to apply for
    }
casework-guide-nothing = By your answers there is nothing to apply for.
casework-guide-together = All together
casework-guide-latest = Done by { $date }
casework-guide-latest-note = If everything is sent in today and handled side by side.
casework-guide-fee = { $item }: { $name }
casework-guide-materials = All you need to prepare
casework-guide-materials-lead = What several items ask for stands here once.
casework-guide-no-materials = Nothing has to be handed in.
casework-guide-for = For: { $items }
casework-guide-sometimes = Sometimes
casework-guide-answers = Your answers
casework-guide-share = The address of this page keeps your answers; you can save it or send it on.

# Drafts
casework-drafts-title = Drafts
casework-drafts-lead = Applications that are not finished. Go on at any time.
casework-drafts-none = No drafts. Choose something under Services to begin.
casework-draft-correction = Correction: { $name }
casework-draft-kept = You can close the page at any time; what you typed is kept.
casework-applying = Applicant: { $name }
casework-saved-at = Saved { $time }
casework-progress = Progress
casework-step-done = Done
casework-step-optional = Optional
casework-step-missing =
    { $count ->
        [one] { $count } answer missing
       *[other] { $count } answers missing
    }
casework-step-wrong =
    { $count ->
        [one] { $count } to mend
       *[other] { $count } to mend
    }
casework-step-materials-done = Complete
casework-step-materials-missing = { $count } missing
casework-step-review-note = Read it through and send
casework-materials = Materials
casework-review = Review
casework-form = Application
casework-save = Save, finish later
casework-next-materials = Next: materials
casework-next-review = Next: review
casework-back-form = Back to the form
casework-back-materials = Back to the materials
casework-discard = Give up and delete the draft
casework-correct-this = Please correct as follows

# Materials
casework-materials-lead = Upload them one by one; each is kept at once. Files are known by their content, not by their name.
casework-material-required = Required
casework-material-optional = Optional
casework-material-given = Received
casework-material-missing = Missing
casework-material-not-given = Not handed in
casework-material-again = To be handed in again
casework-material-sometimes = Needed only for some applications.
casework-file-bounds = { $kinds }, at most { $mib } MB each
casework-file-count = at most { $count } files
casework-file-note = { $size }, uploaded { $when }
casework-choose-file = Choose a file
casework-choose-more = Add another
casework-choose-again = Upload it again
casework-upload = Upload
casework-asked-because = To be handed in again: { $reason }
casework-materials-count =
    { $count ->
        [one] Materials ({ $count } file)
       *[other] Materials ({ $count })
    }
casework-materials-given = { $count } received

# Review and sending
casework-review-title = Read it through before you send it
casework-review-lead = Once sent it can be withdrawn, but not changed.
casework-review-hide = Hide identity numbers
casework-review-unhide = Show identity numbers
casework-review-missing =
    { $count ->
        [one] { $count } thing is missing
       *[other] { $count } things are missing
    }
casework-place-says = { $place }: { $text }
casework-then = After sending
casework-then-first = Who looks first
casework-then-accepted = Accepted by, at the latest
casework-true = All this, and the materials, are true
casework-true-note = False statements lead to revocation and go into the credit record
casework-submit = Send the application
casework-submit-again = Send the correction

# Cases
casework-cases-title = My cases
casework-cases-lead = Applications that were sent: where each is, who has it, and until when.
casework-cases-none = No application was sent yet.
casework-number = Case number
casework-applicant = Applicant
casework-course = How far it is
casework-sent = What was sent
casework-who = Who handles it
casework-has-it-now = Now with
casework-place = Handled in
casework-with-applicant = The applicant, for correction
casework-closed = Closed
casework-office = { $role }, { $place }
casework-office-text = { $role }, { $place }
casework-stage-with = { $stage }, { $office }
casework-actor-applicant = The applicant
casework-actor-clock = The clock
casework-until-left = due { $until }, { $left }
casework-step-correction = Correction
casework-again-because = Why it was returned again: { $reason }
casework-flagged-yellow = Nearly due: yellow flag
casework-flagged-red = Overdue: red flag
casework-recomputed = The calendar was edited: this step is now due { $until }
casework-next-do = The one thing to do now
casework-next-nothing = Nothing for you to do now
casework-next-closed = Closed
casework-next-correct = Please correct and send again
casework-next-wait = In hand
casework-next-wait-text = With { $office }; due { $until }.
casework-next-late-text = With { $office }. This step should have been done by { $until } and is overdue; it carries a red flag. There is nothing for you to do. If it is urgent, call 12345 or ask at the counter.
casework-next-granted = Granted: { $name }
casework-next-granted-text = The reasons are in the history below.
casework-next-denied = Denied
casework-next-not-accepted = Not accepted
casework-next-remedy = The reasons are in the history below. If you do not agree, you may apply for administrative reconsideration within 60 days or go to court within 6 months.
casework-next-withdrawn = You withdrew it
casework-next-withdrawn-text = You can apply again.
casework-correct = Begin the correction
casework-withdraw-title = You may also
casework-withdraw-fold = Withdraw the application
casework-withdraw-why = Why you withdraw it
casework-withdraw-hint = The case is closed then. You can apply again later.
casework-withdraw-button = Withdraw

# Limits
casework-clock = Time limit
casework-clock-used = { $limit } promised, { $used } used.
casework-clock-acceptance = { $limit } for acceptance, { $used } used. The promise runs from acceptance.
casework-clock-stopped = { $limit } promised, { $used } used. The clock stands until the correction is sent.
casework-clock-late =
    { $n ->
        [one] { $n } working day overdue.
       *[other] { $n } working days overdue.
    }
casework-clock-not-yet = The clock starts again when the correction is sent.
casework-clock-stands = The time for correction does not count.
casework-clock-stands-short = Clock stands
casework-clock-days = How each day counts
casework-clock-day = Day
casework-clock-number = Counted
casework-clock-why = Why
casework-due-step = This step until
casework-due-promised = Decided by, at the latest
casework-due-promised-was = Promised for
casework-due-latest = Decided by, at the latest (if accepted on the last day)
casework-closed-at = Closed
casework-promised = Promised
casework-statutory = By law

# The clock: special procedures, extension, urging, taking a step back
casework-special-expert-review = expert review
casework-special-hearing = hearing
casework-special-inspection = on-site inspection
casework-special-testing = testing
casework-special-quarantine = quarantine inspection
casework-special-appraisal = appraisal
casework-special-publicity = public notice
casework-special-tender = tender
casework-special-auction = auction
casework-verb-suspend = stopped the clock
casework-verb-resume = let the clock run again
casework-verb-ask-extension = asked for an extension
casework-verb-extend = approved the extension
casework-verb-keep-limit = did not approve the extension
casework-verb-urge = urged the office
casework-verb-recall = took the last step back
casework-verb-escalate = still overdue, passed to the supervisors
casework-verb-opine = gave its opinion
casework-suspended-until = Clock stopped for { $special }, expected until { $until }
casework-resumed-after = Clock runs again after { $special }
casework-special-over = The expected end of { $special } has passed; let the clock run again
casework-extended-until = Extension approved, due by { $until }
casework-stands-for = the clock stands for { $special }, expected until { $until }
casework-clock-suspended = The clock stands for { $special }: neither the promised nor the statutory limit runs.
casework-clock-from-to = { $from } to { $to }
casework-clock-counted =
    { $n ->
        [one] { $n } day counts
       *[other] { $n } days count
    }
casework-clock-not-counted = not counted
casework-due-statutory = Due by law
casework-next-stands = Under way, the clock stands
casework-next-stands-text = There is a special procedure ({ $name }), expected until { $until }. This time does not count. There is nothing for you to do.
casework-suspend = Stop the clock
casework-suspend-fold = Stop the clock (special procedure)
casework-suspend-lead = The clock stands only for procedures that the item names; the promised and the statutory limit both stand. The applicant sees why and until when.
casework-suspend-kind = Which procedure
casework-suspend-most = { $limit } at most. { $basis }
casework-suspend-until = Expected last day
casework-suspend-until-hint = Left empty, the longest time allowed.
casework-suspend-why = Why it is needed
casework-suspend-why-hint = The applicant reads it; at least 5 characters.
casework-resume = Let the clock run again
casework-resume-result = Result
casework-resume-hint = What came out of the procedure; the applicant reads it.
casework-extension-fold = Ask for an extension
casework-extension-ask = Ask for the extension
casework-extension-why = Why the time does not suffice
casework-extension-hint = Once a case, approved by a supervisor before the limit ends. At least 5 characters.
casework-extension-asked-because = Why an extension is asked for: { $reason }
casework-extension-answer = Extend the limit
casework-extension-yes = Approve
casework-extension-yes-note = The limits move, and the applicant is told with the reasons.
casework-extension-no = Do not approve
casework-extension-no-note = The case stays due as before.
casework-extension-reasons-hint = At least 5 characters. They stand in the course of the case, where the applicant reads them.
casework-extension-button = Answer
casework-urge = Urge the office
casework-urge-title = Urge the office
casework-urge-fold = Urge the office
casework-urge-note = What the office should know
casework-urge-hint = It stands in the course of the case, where the office reads it.
casework-urge-applicant-hint = It stands in the course of the case, where the office reads it. Once a working day.
casework-urge-from = You can urge the office here when half of this step's time is over, from { $day } on; with a yellow or red flag at any time.
casework-recall = Take the last step back
casework-recall-fold = Take back this office's last step
casework-recall-why = Why
casework-recall-hint = Possible until the next office has acted. The limits run on as before, and both steps stay in the course. At least 5 characters.
casework-notice-suspended = The clock stands.
casework-notice-resumed = The clock runs again.
casework-notice-extension-asked = The request went to the supervisors.
casework-notice-extension-answered = It is answered.
casework-notice-urged = The office was urged; it stands in the course.
casework-notice-recalled = The last step was taken back.
casework-notice-opined = Your answer is given.
casework-filter-flagged = Flagged here
casework-filter-asked = Extensions to answer
casework-problem-special = Choose a special procedure.
casework-problem-special-undeclared = This item has no such special procedure; the clock cannot stand for it.
casework-problem-special-until = The expected last day lies between { $first } and { $last }.
casework-problem-day = There is no such day; write it like 2026-03-05.
casework-problem-approve = Choose whether the limit is extended.
casework-problem-answer = Choose an answer.
casework-suspended = The clock stands ({ $special }). Let it run again first, then take this step.
casework-no-extension = The limit cannot be extended: { $why }.
casework-no-extension-undeclared = this item knows no extension
casework-no-extension-given = it was extended once already
casework-no-extension-asked = it was asked for and is not answered yet
casework-no-extension-late = the limit has ended, and an extension is approved before that
casework-no-extension-not-asked = nobody asked for one
casework-own-extension = Nobody approves the own request. Somebody else with the right to do so has to answer it.
casework-urged-early = It is too early. You can urge the office when half of this step's time is over, from { $from } on; with a yellow or red flag at any time.
casework-urged-today = You urged the office today, and it sees that. You can do so again on the next working day.
casework-no-recall = There is no step to take back: the next office has acted, or the applicant has begun to correct.
casework-branch-answered = This department has answered already.

# Joint approval
casework-joint = Where each department stands
casework-joint-lead = { $all } departments work at the same time; { $done } have answered. When all have, the case goes on by itself.
casework-branch-open = working on it
casework-branch-agreed = agrees
casework-branch-disagreed = disagrees
casework-branch-asked = asks for a correction
casework-branch-stopped = did not answer
casework-branch-soon = due soon
casework-branch-late = overdue
casework-branch-limit = { $limit }
casework-branch-looks = Looks at: { $names }.
casework-branch-flagged-yellow = { $name } is due soon: yellow flag
casework-branch-flagged-red = { $name } is overdue: red flag
casework-opined-agree = { $name }: agrees
casework-opined-disagree = { $name }: disagrees
casework-opined-ask = { $name }: asks for a correction
casework-joined-return = What the departments ask for, told at once
casework-joined-advance = All departments have answered; on to the next step
casework-next-joint = The departments are working side by side
casework-next-joint-text =
    { $count ->
        [one] { $count } department is still to answer
       *[other] { $count } departments are still to answer
    }. The decision is promised by { $until }. There is nothing for you to do; if something is to be corrected, you are told once, when all have looked.
casework-opine-lead = Answer for { $name } by { $due }.
casework-opine-answer = Your department's opinion
casework-opine-agree = Agree
casework-opine-agree-note = Reasons may be left out.
casework-opine-disagree = Disagree
casework-opine-disagree-note = With reasons; whoever decides weighs them with the others.
casework-opine-ask = Ask for a correction
casework-opine-ask-note = It is kept until all departments have looked, and reaches the applicant in one notice.
casework-opine-materials = Materials to be handed in again
casework-opine-reasons = Reasons
casework-opine-reasons-hint = At least 5 characters where you disagree, or ask for a correction without naming materials. The applicant reads them.
casework-opine-again-hint = Your department asked for a correction before. Say why once more.
casework-opine-button = Give the opinion

# States and steps
casework-state-submitted = awaiting acceptance
casework-state-returned = returned for correction
casework-state-accepted = in hand
casework-state-granted = granted
casework-state-denied = denied
casework-state-not-accepted = not accepted
casework-state-withdrawn = withdrawn
casework-verb-submit = Sent in
casework-verb-accept = Accepted
casework-verb-return = Returned for correction
casework-verb-resubmit = Correction sent
casework-verb-refuse = Not accepted
casework-verb-advance = Handed on
casework-verb-grant = Granted
casework-verb-deny = Denied
casework-verb-withdraw = Withdrawn
casework-verb-flag = Reminded of the limit
casework-verb-recompute = Limits computed anew by the edited calendar

# The officer's desk
casework-work-title = Cases
casework-work-lead = { $date }; the most pressing first.
casework-work-mine = in hand
casework-work-none = No cases here.
casework-work-caption = Cases, the first due first
casework-work-shown =
    { $count ->
        [one] { $count } case on this page
       *[other] { $count } cases on this page
    }
casework-filters = Filters
casework-filter-mine = In my hands
casework-filter-submitted = To be accepted
casework-filter-accepted = In hand
casework-filter-place = All in my place
casework-filter-returned = Awaiting correction
casework-flag-red = red
casework-flag-yellow = yellow
casework-column-left = Time left
casework-column-item = Service and number
casework-column-applicant = Applicant
casework-column-stage = Step and place
casework-column-place = Place
casework-keys-move = move,
casework-keys-open = opens
casework-preview = Preview
casework-preview-hint = Choose a case with j and k to see it here in brief.
casework-task = { $stage }: { $item }
casework-mine-draft = Draft, to be finished
casework-mine-correction = Correction, to be finished
casework-handle = Handle
casework-not-your-turn = It is not your turn with this case.
casework-asked-to-correct = What was asked for when it was returned
casework-accept = Accept
casework-accept-note = Note to the applicant
casework-accept-hint = The applicant sees it. The promised limit runs from acceptance.
casework-advance = Hand on
casework-advance-note = Note to the next step
casework-advance-hint = The applicant sees it as well.
casework-decision = Decision
casework-grant = Grant
casework-grant-note = The applicant sees it today
casework-deny = Deny
casework-deny-note = Name the provision, and what would have to change
casework-reasons = Reasons
casework-reasons-hint = The applicant reads them in full; at least five characters. State the facts, the basis and the remedies.
casework-decide = Decide
casework-refuse = Do not accept
casework-refuse-hint = The applicant reads it in full; at least five characters. Say why, and where to apply instead.
casework-return-button = Return for correction
casework-return-once = A correction is asked for once: name everything at once.
casework-return-materials = Materials to be handed in again
casework-return-why = What is missing, and how to mend it
casework-return-why-of = { $name }: what is missing, and how to mend it
casework-return-what = Other corrections
casework-return-what-hint = What is wrong in the application itself; required where no material is chosen.
casework-return-again = Why it is returned once more
casework-return-again-hint = It was returned from this step before; returning it again needs a reason.

# Notices
casework-notice-saved = Saved.
casework-notice-discarded = The draft was deleted.
casework-notice-attached = The file was received.
casework-notice-removed = The file was removed.
casework-notice-submitted = Sent. The case number is { $number }.
casework-notice-withdrawn = Withdrawn.
casework-notice-accepted = Accepted.
casework-notice-advanced = Handed on.
casework-notice-refused = Not accepted.
casework-notice-decided = Decided.
casework-notice-returned = Returned to the applicant for correction.

# Refusals
casework-not-proved = Your identity is not proved yet, so the application cannot be sent. Show your identity card at a service counter once; what you filled in is kept.
casework-not-entitled = You may not apply for this company or organisation. Check it, or have the mandate recorded at a service counter.
casework-conflict = Somebody was first: { $who } { $place }, { $verb }. The case is now { $state }; please look again.
casework-not-now = This step does not fit now: the case is { $state }.
casework-incomplete =
    { $count ->
        [one] { $count } thing to mend before it can be sent
       *[other] { $count } things to mend before it can be sent
    }
casework-bad-step = Not done yet; see below
casework-item-gone = This service is no longer offered. The draft is kept and can be read, but not sent.
casework-elsewhere = This draft was changed in another window
casework-elsewhere-choose = What you typed here is still below and is not saved yet. Keep what is here, or look at what was saved in the other window.
casework-elsewhere-mine = Keep what is here
casework-elsewhere-theirs = Use what was saved
casework-saved-elsewhere = This draft was saved in another window. What you typed is still here; saving again makes it the one that counts.
casework-material = The file was not accepted
casework-item-closed = This item takes no new applications for now: { $reason } Drafts are kept, and cases under way go on.
casework-too-many-drafts = There are { $most } drafts already. Send or delete some first.
casework-condition = A condition of this service went wrong. It was recorded; please try again later.
casework-damaged = The case could not be read. It was recorded.

casework-required = { $text }
casework-source-changed = Some fields were brought up to the register; nothing was sent in yet. Check what changed and send it in again.
casework-lookup-later = This cannot be looked up now: { $purpose }. What you filled in is kept; try again in a few minutes.
casework-lookup-refused = You may not look this up: { $purpose }. The step needs it; ask your administrator.

casework-problem-version = The version does not fit. Reload the page and try again.
casework-problem-which-item = Say which service you apply for.
casework-problem-no-mandate = No mandate of yours for this company or organisation is recorded. Have it recorded at a service counter.
casework-problem-persons-only = Only people may apply for this.
casework-problem-organisations-only = A company or organisation must apply: choose on whose behalf.
casework-problem-other-organisation = This is not the code of “{ $name }”; its code is { $uscc }. Please check.
casework-problem-fixed = This comes from { $source } and cannot be changed here; what you entered was not taken. If it is wrong, have { $source } corrected first.
casework-problem-source-changed = What { $source } says has changed, and the form now holds the new value. Check it and send it in again.
casework-problem-division = Choose the place down to the { $level }, so that it is known who handles it.
casework-problem-other-office = The new place is handled elsewhere. Withdraw this case and apply again.
casework-problem-form-large = Too much text: at most { $kib } KB.
casework-problem-not-object = A group of fields is wanted here.
casework-problem-not-list = A list is wanted here.
casework-problem-not-value = A single value is wanted here.
casework-problem-material-missing = “{ $name }” is missing. Please upload it.
casework-problem-material-again = “{ $name }” is to be handed in again. Mend it as asked and upload it.
casework-problem-no-material = This service has no material “{ $id }”.
casework-problem-no-field = The form has no field “{ $pointer }”.
casework-problem-places = At most { $most } places at a time.
casework-problem-no-file = No file was chosen. Choose one and upload it.
casework-problem-file-kind = “{ $name }” must be { $wanted }; the content of this file is { $found }. Please use another format.
casework-problem-file-large = “{ $name }” is limited to { $mib } MB a file. Compress it, or take a photo.
casework-problem-file-count = “{ $name }” is limited to { $most } files. Remove one first.
casework-problem-upload-gone = The uploaded file was not found. Please upload it again.
casework-problem-upload-large = “{ $file }” is larger than 100 MB. Compress it and try again.
casework-problem-upload-kind = The format of “{ $file }” is not known. Use PDF, JPG or PNG.
casework-problem-upload-infected = Malicious software was found in “{ $file }” ({ $signature }), and it was not taken. Clean your device first, then send a clean file.
casework-problem-upload-unchecked = “{ $file }” cannot be checked at the moment, so it was not taken. Send it again in a few minutes; what you filled in is kept.
casework-problem-upload-empty = “{ $file }” is empty. Choose another file.
casework-problem-upload-cut-off = “{ $file }” did not arrive whole. Please upload it again.
casework-problem-reason-short = Give the reasons: at least { $least } characters.
casework-problem-reason-long = At most { $most } characters; please be shorter.
casework-problem-outcome = Choose to grant or to deny.
casework-problem-true = Please confirm that everything is true before you send it.
casework-problem-applicant-name = Name the applicant, in at most 200 characters.
casework-problem-limit = At most { $most } rows a page.

# Substitutes
casework-office-for = {$office} (for {$name})
casework-four-eyes = You acted in an earlier stage of this case; somebody else must act in this one.
casework-held-cases = Applications and cases
casework-held-cases-purpose = To accept and decide what you applied for, and to prove it afterwards.
casework-held-cases-basis = Administrative Licensing Law of the People's Republic of China, articles 31 and 40; Archives Law, article 13
casework-held-cases-period = Decided ones for the period of the archive, at an erasure too. Withdrawn ones go at an erasure.
casework-record-case = Cases
casework-record-case-starts = counted from the day on which the case was closed
casework-held-drafts = Drafts
casework-held-drafts-purpose = So that you can fill in a form in several sittings.
casework-held-drafts-basis = Personal Information Protection Law of the People's Republic of China, article 13 (1) 1 (your consent)
casework-held-drafts-period = Until you send them in or throw them away. They go at an erasure.
casework-leave-open = { $n ->
    [one] 1 application is being handled. Wait for the decision or withdraw it first.
   *[other] { $n } applications are being handled. Wait for the decisions or withdraw them first.
}
casework-leave-many = There are more than { $n } cases: ask for the erasure at a counter.
casework-leave-kept = { $n ->
    [one] 1 decided application
   *[other] { $n } decided applications
} (Archives Law of the People's Republic of China, article 13; Administrative Licensing Law, article 40)

casework-unmask-label = Numbers and names are masked. Say what you need them for to see them in full
casework-unmask-choose = Choose a purpose
casework-unmask-button = Show in full
casework-unmasked = This is the form in full. Your purpose “{ $purpose }” is on record, and the applicant sees it. When you leave this page it is masked again.
casework-purpose-verify = To check documents
casework-purpose-contact = To reach the applicant
casework-purpose-decide = To write the decision
casework-purpose-review = To answer a complaint or review

# Identity: people, organisations, posts, mandates, accounts and sessions

# Failures
identity-wrong-password = This phone number and password do not match. Please check both. { $left ->
    [one] One more mistake
   *[other] {$left} more mistakes
 } and you will have to wait
identity-wrong-password-wait = This phone number and password do not match. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }; an earlier try does not count
identity-wait = Too many wrong passwords. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }; until then the right password does not help
identity-already-proved = This account is confirmed already
identity-already-ended = This has ended already; there is nothing left to do
identity-changed-meanwhile = Somebody changed this record after you opened the page. Look at what it says now, then decide
identity-platform-role = Roles of the platform are given and taken by a platform operator alone
identity-password-hash = The password could not be processed. Please try again later
identity-unreadable = A record cannot be read. It has been noted; please tell the operator
identity-busy = Many people are signing in. Please try again in a few seconds

# Values
identity-name-missing = Enter the name
identity-name-too-long = A name has at most {$max} characters. Please check it
identity-name-characters = A name has letters, blanks and middle dots only. Write it as on the identity card
identity-text-missing = Fill this in
identity-text-too-long = At most {$max} characters. Please shorten it
identity-text-characters = There are invisible control characters in it. Delete them and type it again
identity-password-short = At least {$min} characters; this has {$found}. A few words make a good password
identity-password-long = At most {$max} characters
identity-password-phone = Leave your phone number out of the password: others can guess it
identity-password-number = Leave your identity number out of the password: others can guess it
identity-password-common = This password is very common and easily guessed. Choose another
identity-phone-taken = There is an account with this phone number already. Sign in; if you did not open it, come to a counter
identity-phone-unknown = No account has this phone number. Check it, or ask the person to open an account first
identity-phone-or-number = Give the phone number or the identity number, not both
identity-account-unknown = There is no such account
identity-account-unproved = This account is not confirmed yet. The person has to come to a counter first
identity-one-of-both = Give the account or the phone number, not both
identity-number-differs = This is not the number that the account claims. Compare the card again; if it still differs, the person can correct it under “My account”
identity-name-seen-differs = This is not the name that the account claims. Compare the card again; if it still differs, the person can correct it under “My account”
identity-name-differs = This number was confirmed before under another name. Enter the name on the card
identity-evidence-unknown = Choose the document that you saw
identity-division-missing = Choose the division
identity-division-unknown = There is no such division. Choose again
identity-uscc-missing = Enter the unified social credit code; it is on the business licence
identity-uscc-taken = An organisation with this code is entered already. Find it and change it
identity-parent-unfit = The organisation above does not exist, or belongs to this one itself
identity-company-differs = This code is entered under the name “{$name}”. Check code and name
identity-role-unknown = There is no role “{$role}”
identity-roles-many = A post grants at most {$max} roles
identity-post-unknown = There is no such post
identity-post-twice = The same post is named twice
identity-appointed-already = This person holds the post already
identity-substitute-term = A substitute needs a last day
identity-date-unreadable = There is no such day, or it is written otherwise. Write it like 2026-03-05
identity-term-past = The last day is past. Please check it
identity-term-reversed = The last day is before the first. Please check both

# Shared by the pages
identity-crumbs = You are here
identity-back = Back
identity-save = Save
identity-saved = Saved
identity-find = Find
identity-first-page = First page
identity-next-page = Next page
identity-term = {$from} to {$until}
identity-term-open = From {$from}, without end
identity-proved = Confirmed
identity-unproved = Not confirmed
identity-substitute = Substitute
identity-field-name = Name
identity-field-number = Identity number
identity-field-phone = Mobile number
identity-field-password = Password
identity-field-old-password = Password now
identity-field-new-password = New password
identity-field-evidence = Document seen
identity-uscc = Unified social credit code
identity-division = Division
identity-from = First day
identity-from-hint = Empty means from now on.
identity-until = Last day
identity-until-hint = Empty means without end.
identity-created = Opened
identity-proved-at = Confirmed
identity-roles = Roles:{" "}

# Signing in, opening an account
identity-sign-in-title = Sign in
identity-sign-in-lead = Applications that you began are kept; sign in and go on.
identity-sign-in = Sign in
identity-no-account = No account yet
identity-no-account-lead = Open one with your mobile number in two minutes. Your identity is confirmed once at a counter; after that you see and handle what is yours.
identity-register = Open an account
identity-register-title = Open an account
identity-register-lead = Name and identity number are stored encrypted. Bring your card to a counter once, then you can handle what is yours.
identity-have-account = I have an account
identity-number-hint = 18 characters; the last may be an X.
identity-phone-hint = You will sign in with it. One account for each number.
identity-password-hint = At least {$min} characters. Long matters more than complicated; a sentence is fine.
identity-registered = Your account is open
identity-signed-out = You are signed out

# One's own account
identity-me-title = My account
identity-me-data = My data
identity-unproved-title = Your identity is not confirmed yet
identity-unproved-lead = Bring your identity card to a counter. Once a clerk has compared it, you see and handle what is yours. Until then you can fill in applications and keep drafts.
identity-counters-lead = Counters that can confirm it:
identity-counters-none = No counter can confirm it yet. Please watch for a notice.
identity-change-password = Change password
identity-change-password-lead = Other devices will be signed out.
identity-password-changed = The password is changed and other devices are signed out
identity-change-claim = Correct name and identity number
identity-change-claim-lead = You can correct them until they are confirmed. They must agree with your card.
identity-claim-changed = Corrected
identity-mandates-title = Companies I can act for
identity-mandates-empty = None yet. Bring the business licence and the authority to act to a counter; then you can act for the company.
identity-posts-title = My posts
identity-mine-unproved = Have your identity confirmed at a counter
identity-mine-unproved-state = Bring your identity card once, then you can handle what is yours

# The counter
identity-nav-counter = Confirm identity
identity-counter-title = Confirm identity, record who may act
identity-counter-lead = Compare the account with the card on the desk, and record who may act for a company.
identity-find-title = Find an account
identity-found = { $count ->
    [one] One account
   *[other] {$count} accounts
 } found
identity-found-none = None found. The person has to open an account first, with the same phone or identity number.
identity-prove-title = Confirm identity
identity-prove = The card agrees: confirm
identity-number-seen = Number on the card
identity-name-seen = Name on the card
identity-proved-done = Identity confirmed
identity-evidence-identity-card = Resident identity card
identity-evidence-temporary-identity-card = Temporary identity card
identity-evidence-household-register = Household register
identity-evidence-passport = Passport
identity-mandates-held = May act for
identity-mandate-title = Record who may act for a company
identity-mandate-lead = The person's account must be confirmed.
identity-mandate-phone = The person's mobile number
identity-mandate-phone-hint = The number of the person's account.
identity-company = Company name
identity-company-hint = Needed when the company is entered for the first time, as on the licence.
identity-company-division = Where the company is
identity-company-division-hint = Needed when the company is entered for the first time.
identity-mandate-evidence = Documents seen
identity-mandate-evidence-hint = Such as: business licence, authority signed by the legal representative. Stored encrypted.
identity-record-mandate = Record
identity-mandate-recorded = Recorded
identity-end-mandate = End
identity-mandate-ended = Ended

# Organisations
identity-nav-organisations = Organisations and posts
identity-organisations-title = Organisations
identity-organisations-lead = The organisations that you manage, by division.
identity-organisations-search = Name or unified social credit code
identity-organisations-empty = No organisation yet. Add the first one below.
identity-organisations-none = No organisation matches. Try another word, or add it below.
identity-organisation-name = Name
identity-organisation-kind = Kind
identity-kind-department = Government department
identity-kind-company = Company
identity-kind-community = Community or association
identity-add-organisation = Add an organisation
identity-organisation-added = The organisation is added
identity-change-organisation = Change the organisation
identity-part-of = Belongs to {$name}
identity-parts = Organisations below
identity-add-part = Add an organisation below
identity-uscc-hint = A company must have one.

# Posts
identity-posts = Posts
identity-posts-empty = No post yet. Add one below, then appoint somebody.
identity-holders = { $count ->
    [0] held by nobody
    [one] held by one person
   *[other] held by {$count} people
 }
identity-add-post = Add a post
identity-post-added = The post is added
identity-change-post = Change the post
identity-post-name-zh = Name in Chinese
identity-post-name-en = Name in English
identity-post-division = Division that the post serves
identity-post-division-hint = Empty means the organisation's own.
identity-roles-of = Roles: {$name}
identity-roles-platform = Roles: platform
identity-holders-now = Who holds it
identity-holders-past = Who held it
identity-holders-empty = Nobody. Appoint somebody below.
identity-holder-later = Not begun yet
identity-dismiss = Dismiss
identity-dismissed = Dismissed
identity-appoint-title = Appoint
identity-appoint-phone-hint = The number of the person's account, which must be confirmed.
identity-appoint = Appoint
identity-appointed = Appointed
identity-substitute-choice = Substitute
identity-substitute-note = While the holder is away; needs a last day

# Devices that are signed in
identity-devices-title = Signed-in devices
identity-devices-lead = Your account is signed in at these places now. A session ends after two hours without use, and after twelve at the latest.
identity-device-unknown = A browser or program that does not say what it is
identity-session-current = In use here
identity-session-used = Signed in { $begun }, last used { $seen }
identity-session-end = Sign out there
identity-session-ended = That place is signed out
identity-sessions-end-others = Sign out everywhere else
identity-sessions-ended = { $count ->
    [0] There were no other sessions
    [one] One other session is signed out
   *[other] { $count } other sessions are signed out
 }
identity-devices-doubt = If you do not know one of them, sign out everywhere else first, then change the password.
# Applications of others
identity-nav-applications = Applications
identity-quota = The application has used up what it may ask for. Wait for the time in Retry-After, or ask the operator for a larger quota.
identity-oauth-invalid-request = The request of the application is incomplete or its return address is not registered. Go back to the application and begin again; if it happens again, tell its makers.
identity-oauth-invalid-client = The application is unknown, not approved, or its secret is wrong.
identity-oauth-invalid-grant = The code or the refresh token does not hold any more, or was issued for another application or address.
identity-oauth-unauthorized-client = An application without a secret cannot act for itself.
identity-oauth-unsupported-grant-type = The grant types are authorization_code, refresh_token and client_credentials.
identity-oauth-invalid-scope = The scope is unknown or more than was granted.
identity-oauth-invalid-token = The access token does not hold any more.
identity-oauth-no-address = The public address of this installation is not set, so it cannot sign people in to applications. Its operator sets MINSHU_PUBLIC_URL.
identity-redirect-wrong = A return address begins with https:// (http:// for 127.0.0.1 and localhost alone) and has no # part, user name or *.
identity-redirects-many = At most ten return addresses
identity-redirects-missing = Signing people in needs a return address
identity-scope-unknown = There is no such scope
identity-scopes-missing = Choose at least one
identity-application-state-wrong = An application is approved or suspended
identity-quota-wrong = A minute takes 1 to 100,000 operations, a day 16 to 100,000,000
identity-application-no-secret = This application keeps no secret
identity-scope-openid = Know that it is you, by a number made for this application alone
identity-scope-profile = See your name and whether it was confirmed at a counter
identity-scope-offline = Go on while you are away
identity-consent-title = Let an application act for you
identity-consent-question = Let {$name} act for you?
identity-consent-whose = It belongs to {$organisation}.
identity-consent-may = What it may do
identity-consent-lasts = It may go on for 30 days after each use, also while you are away. You can take it back at any time under My account, Applications.
identity-consent-short = It may do so for 10 minutes each time you open it. You can take it back at any time under My account, Applications.
identity-consent-to = You are sent back to {$to}.
identity-consent-allow = Allow
identity-consent-refuse = Do not allow
identity-continue-title = You are signed in
identity-continue = Go on
identity-my-applications-title = Applications that act for you
identity-my-applications-lead = What you allowed, and when it was used last.
identity-my-applications-empty = You have not let any application act for you.
identity-consent-dates = Allowed {$given}, used last {$used}
identity-consent-end = Take back
identity-consent-ended = Taken back. The application can do nothing more for you.
identity-applications-title = Applications
identity-applications-lead = Programs of organisations that sign people in through this platform or act for them.
identity-applications-empty = No application yet.
identity-application-keys = Keys
identity-application-keys-lead = Keep them now: the secret is not shown again. A secret from before holds for one day more.
identity-application-asked = waits for approval
identity-application-active = in use
identity-application-suspended = suspended
identity-application-used = {$used} of {$day} operations today
identity-application-minute = Operations a minute
identity-application-day = Operations a day
identity-application-approve = Approve
identity-application-suspend = Suspend
identity-application-rotate = New secret
identity-application-decided = Saved
identity-application-add = Add an application
identity-application-owner = Organisation that answers for it
identity-application-name-zh = Name in Chinese
identity-application-name-en = Name in English
identity-application-redirects = Return addresses
identity-application-redirects-hint = Whole addresses with blanks between them; each must match character by character.
identity-application-scopes = What it may ask for
identity-application-confidential = It runs on a server and can keep a secret
identity-application-confidential-note = Leave this empty for an application on people's telephones or in their browsers.
identity-application-no-owner = To add an application you need a mandate to act for the organisation that answers for it.

# Guessing and codes
identity-code-first = Somebody elsewhere has tried many passwords for this number. To stop the guessing, a browser that has not signed in before needs a code sent by text message as well; browsers that you have used before are not affected
identity-wait-code = Too many wrong passwords. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }; or sign in now with a code sent by text message beside the password
identity-wrong-code = Phone number, password and code do not match. Please check them and use the latest code. { $left ->
    [one] One more mistake
   *[other] {$left} more mistakes
 } and you will have to wait
identity-wrong-code-wait = Phone number, password and code do not match. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }
identity-codes-spent = Many codes have been sent. The ones you received still work; another can be sent in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }
identity-no-codes = Text messages are not set up here, so no code can be sent. Use a browser that you have signed in with before
identity-field-code = Code from the text message
identity-code-hint = Six digits, sent to the account’s phone, good for 10 minutes
identity-code-sent = If this number has an account, a code is on its way. Enter it together with the password within 10 minutes.
identity-send-code = Send a code
identity-code-sign-in = {$code} is your Minshu sign-in code, good for 10 minutes. Our staff never ask for it; tell it to nobody.
identity-guessed-at = Somebody elsewhere tried many wrong passwords for your Minshu account, without success. Browsers that you have used before sign in as always; a new one needs a code by text message. There is nothing else to do.

# Break-glass
identity-nav-emergency = Emergency access
identity-nav-reviews = Access reviews
identity-nav-reviews-waiting = {$n} waiting for review
identity-emergency-title = Emergency access
identity-emergency-lead = Opens a single case outside your own place when it cannot wait. For reading, not for acting.
identity-emergency-own = What I opened
identity-emergency-open-title = Open a case
identity-emergency-warning = Supervisors of that place and the auditors are told at once. Everything you look at is recorded, and somebody else reviews whether it was needed.
identity-emergency-kind = Kind
identity-emergency-number = Number
identity-emergency-number-hint = The case number on the applicant's receipt
identity-emergency-reason = Reason
identity-emergency-words = What happened
identity-words-hint = 10 to 500 characters
identity-emergency-minutes = For how long
identity-emergency-for = {$minutes} minutes
identity-emergency-password-hint = Type it again, so that we know it is you.
identity-emergency-submit = Open and be reviewed
identity-emergency-opened = Opened. It closes by itself when the time is over; you can end it earlier.
identity-emergency-close = End
identity-emergency-closed = Ended
identity-emergency-kind-unknown = nothing of this kind can be opened
identity-emergency-number-unknown = there is no such number, or it belongs to a system in which you may not open cases
identity-emergency-sms = [Minshu] {$who} opened case {$what} of {$place} by emergency access. Please sign in and review it under "Access reviews".
identity-words-short = write at least {$least} characters
identity-words-long = write at most {$most} characters
identity-words-signs = there are signs that cannot be kept
identity-minutes-range = choose {$least} to {$most} minutes
identity-opening-danger = Danger to life, health or property
identity-opening-office-down = The office in charge cannot be reached
identity-opening-complaint = A complaint or an enquiry that cannot wait
identity-opening-fault = Looking into a fault of the system
identity-opening-other = Other
identity-opening-times = {$from} to {$until}
identity-opening-open = Open now
identity-opening-justified = Needed
identity-opening-unjustified = Not needed
identity-opening-verdict = Review:
identity-opening-due = To be reviewed by {$due}
identity-opening-overdue = Review overdue
identity-opening-id = In the audit trail as
identity-reviews-title = Access reviews
identity-reviews-lead = Others opened cases of your place by emergency access. Please judge of each whether it was needed.
identity-reviews-waiting = {$n} waiting
identity-reviews-overdue = {$n} overdue
identity-reviews-show-judged = Show reviewed ones
identity-reviews-show-waiting = Show waiting ones
identity-reviews-none = No emergency access waits for review.
identity-reviews-none-judged = Nothing was reviewed yet.
identity-reviews-more = More
identity-review-words = Review
identity-review-justified = Needed
identity-review-unjustified = Not needed
identity-review-own = This is your own access; somebody else reviews it.
identity-review-task = Review of emergency access: {$number}
identity-reviewed-done = Reviewed
identity-nothing-to-open = You can read this case anyway; there is nothing to open.
identity-open-already = You have this open already.
identity-too-many-openings = At most three can be open at once. Please end one that you do not need.
identity-own-opening = Your own emergency access is reviewed by somebody else.
identity-reviewed = Somebody reviewed it already.
identity-review-failed = Not saved

# Terms and substitutes
identity-own-posts-title = My posts and substitutes
identity-own-posts-link = Terms and substitutes
identity-own-posts-lead = Name a colleague who stands in for you while you are away. A substitute does the work of your post; case history and audit trail say "for you".
identity-own-posts-empty = You hold no post.
identity-own-substitute-for = For {$name}
identity-own-substitutes = Substitutes
identity-own-substitutes-none = No substitute.
identity-own-name = Name a substitute
identity-own-named = Named; it ends by itself
identity-own-end = End
identity-own-ended = Ended; what is open stays with the post
identity-own-no-chain = You are a substitute here and can name none.
identity-term-left = {$days ->
    [0] ends today
    [one] ends in {$days} day
   *[other] ends in {$days} days
}
identity-term-task = Term ends: {$post}
identity-term-task-about = Access stops at once when it ends. Ask your administrator for another term.
identity-term-sms = [Minshu] Your term in the post "{$post}" ends on {$until}; access stops at once then. Ask your administrator for another term.
identity-substitute-self = nobody stands in for himself
identity-substitute-long = at most 180 days
identity-no-holder = Only whoever holds this post names a substitute; a substitute names none.
identity-own-until-hint = At most 180 days ahead; it ends by itself.
identity-data-title = What is held about me
identity-data-lead = What the platform holds about you, what for, for how long, and who has seen it. You can take all of it along, and have erased what no law keeps.
identity-data-purpose = What for
identity-data-basis = Legal basis
identity-data-period = For how long
identity-data-none = Nothing at present.
identity-data-more = These are the latest 5; the file that you download holds all.
identity-held-note = { $day } · { $files ->
    [one] 1 file
   *[other] { $files } files
}
identity-held-account = Account and identity
identity-held-account-purpose = To sign in, and to be sure that it is you who acts.
identity-held-account-basis = Personal Information Protection Law of the People's Republic of China, article 13 (1) 3 (necessary for statutory duties)
identity-held-account-period = As long as there is an account. An erasure destroys its key at once, and nobody reads it again.
identity-held-sign-in = Ways of signing in, and browsers that are remembered
identity-held-sign-in-purpose = To be sure that it is you who signs in, and to let you see where the account is signed in.
identity-held-sign-in-period = Accounts elsewhere until you unlink them, sign-ins until they end, browsers until the password changes. An erasure removes all of them.
identity-held-outside = Account at { $name }
identity-held-session = Signed in: { $name }
identity-held-unnamed = a device that said nothing
identity-held-browser = A browser that is remembered
identity-held-consents = Applications that you let act
identity-held-consents-purpose = To let applications of your choice act for you.
identity-held-consents-basis = Personal Information Protection Law of the People's Republic of China, article 13 (1) 1 (consent)
identity-held-consents-period = Until you withdraw it. An erasure withdraws all of them, and what the applications hold is void at once.
identity-held-mandates = Mandates
identity-held-mandates-purpose = To be sure that you may act for an organisation.
identity-held-mandates-basis = Administrative Licensing Law of the People's Republic of China, article 29 (applications by an agent)
identity-held-mandates-period = As long as the mandate holds. An erasure ends it, and what the counter wrote goes with the key.
identity-readings-title = Who has seen and handled it
identity-readings-empty = Nobody but you so far. Whenever an office or an application that you allowed uses your data, it is noted here.
identity-reading-office = An office
identity-reading-application = An application that you allowed
identity-reading-handled = { $by } handled it
identity-reading-read = { $by } read it: { $purpose }
identity-correct-title = Correct
identity-correct-lead = Where something is wrong, ask for its correction. You have an answer with reasons within fifteen working days.
identity-correct-button = Ask for a correction
identity-export-title = Take it along
identity-export-lead = One archive: data.json holds everything, files holds what you handed in. It contains your full identity number, so keep it safe.
identity-export-button = Download my data
identity-export-name = my-data-{ $day }.zip
identity-erase-title = Erase my data
identity-erase-lead = This cannot be undone: nobody can sign in to the account again, and drafts, messages and withdrawn applications can be read by nobody, in old back-ups neither.
identity-erase-kept = What the law keeps is not erased:
identity-erase-hindered = It cannot be erased yet
identity-erase-button = Erase for good
identity-erased = Your data have been erased.
identity-hindered = Something is not finished yet, so nothing can be erased now.
identity-leave-post = You hold a post. Ask your organisation's administrator to end it first.
# Signing in by an account elsewhere
identity-outside-others = Sign in by an account elsewhere
identity-outside-by = Sign in by {$name}
identity-outside-title = Accounts elsewhere
identity-outside-lead = Once linked, an account elsewhere signs you in here. Your telephone and password go on to; a link proves nobody’s identity.
identity-outside-none = Signing in by an account elsewhere is not set up here.
identity-outside-not-linked = Not linked
identity-outside-since = Linked {$at}, not used yet
identity-outside-used = Last used {$at}
identity-outside-link = Link
identity-outside-unlink = Unlink
identity-outside-linked = {$name} is linked and signs you in from now on
identity-outside-unlinked = It is unlinked
identity-outside-unknown = This account of {$name} is not linked to an account here yet. If you have none, open one below and check name and telephone; then link it under My account.
identity-outside-have-account = I have an account: sign in by telephone and password first, then link it
identity-outside-down = {$name} cannot be reached at the moment. Please sign in by telephone and password, or try again later
identity-outside-refused = What {$name} sent does not fit and was not accepted, for safety. Please sign in again; if it stays so, sign in by telephone and password, and tell us
identity-outside-declined = You were not signed in at {$name}. Please try again, or sign in by telephone and password
identity-outside-over = This sign-in is too old, or began in another browser. Please sign in again
identity-outside-taken = That account is linked to another account here, or this one to another account there. Please unlink first
identity-outside-left-title = Signed out
identity-outside-left = You are signed out here. You are still signed in at {$name}: on a shared computer, sign out there too.
identity-outside-leave = Sign out of {$name} too
identity-outside-stay = No, to the front page
# Signing in with two steps
identity-wrong-factor = This code is wrong or was used already. Enter the six digits that the authenticator shows now. { $left ->
    [one] One more mistake
   *[other] {$left} more mistakes
 } and you will have to wait
identity-wrong-factor-wait = This code is wrong or was used already. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }
identity-step-over = This sign-in waited too long. Please enter your number and password again
identity-prove-again = Before a way of signing in changes, enter your password once more to show that it is you
identity-factor-there = There is an authenticator already. To use another one, remove it first
identity-factor-missing = There is no authenticator, or setting it up took too long. Please begin again
identity-totp-differs = This is not what the authenticator shows now. Check the clock of your phone, then enter the new six digits
identity-security-title = Sign-in protection
identity-security-lead = One step more than the password: whoever learns it still cannot sign in.
identity-totp-title = Authenticator
identity-totp-on = In use
identity-totp-off = Not in use
identity-totp-since = In use since {$at}. After the password you are asked for the six digits that it shows.
identity-totp-lead = Install an authenticator app on your phone (any that supports TOTP). When you sign in, enter the six digits that it shows beside your password. It works without a network.
identity-totp-begin = Set up an authenticator
identity-totp-remove = Remove the authenticator
identity-totp-remove-lead = The password alone is then enough to sign in. The spare codes go as well.
identity-totp-removed = The authenticator is removed
identity-totp-set-up = Set up an authenticator
identity-totp-set-up-lead = Two steps: let the authenticator scan the code, then enter what it shows.
identity-totp-scan = Scan with the authenticator
identity-totp-qr = A QR code for the authenticator; it holds the key below
identity-totp-type = If it cannot scan, type this key into the authenticator:
identity-totp-confirm = Put it in use
identity-totp-hint = What the authenticator shows now; it changes every 30 seconds
identity-field-totp = Six digits
identity-second-title = One more step
identity-second-lead = The first step is done. Enter the six digits that the authenticator shows.
identity-second-hint = Six digits of the authenticator; or one of the spare codes if your phone is not at hand
identity-second-begin-again = Begin again
identity-second-lost = Is your phone not at hand? Enter one of your spare codes in the place of the six digits.
identity-passkeys-title = Passkeys
identity-passkeys-lead = Sign in with the fingerprint, face or screen lock of your phone or computer, or with a security key. There is nothing to remember, and a false site cannot take it from you.
identity-passkeys-most = You have 10, which is the most. To add another, remove one that you no longer use.
identity-passkey-add = Add a passkey
identity-passkey-add-lead = This device or your phone makes sure that it is you and then makes a key that stays with it. From then on, choose “Sign in with a passkey” on the sign-in page.
identity-passkey-name = What to call it
identity-passkey-name-hint = So that you know it again, such as “My phone”; 40 characters at most
identity-passkey-make = Make the passkey
identity-passkey-script = Passkeys need JavaScript, which is off here. Every other way of signing in works as ever.
identity-passkey-address = Passkeys do not work at this address: it must be a name, not a number, and begin with https. Open the site by its own address; to try it on this machine, open http://localhost.
identity-passkey-sign-in = Sign in with a passkey
identity-passkey-use = Use a passkey instead
identity-passkey-added = Added {$at}
identity-passkey-used = last used {$at}
identity-passkey-note = {$added}, {$used}
identity-passkey-unused = not used yet
identity-passkey-synced = On several devices
identity-passkey-single = On one device
identity-passkey-remove = Remove
identity-passkey-added-done = The passkey is added; you can sign in with it from now on
identity-passkey-removed = The passkey is removed. Delete it on the device as well, so that you do not choose it by mistake
identity-passkey-over = This page was open too long or was used already. It is fresh now; please try again
identity-passkey-wrong = This passkey was not accepted. Make sure that it is the one added on this site for this account and try again, or use your phone number and password
identity-passkey-copied = This passkey has counted backwards: somebody may have copied it, so it does not sign in. Sign in with phone number and password, remove it under “Sign-in protection” and add another
identity-passkey-there = This passkey was added before. Use another device, or delete the old one on this device first
identity-told-passkey-added = A passkey was added to your Minshu account and can sign in. If that was not you, sign in now, remove it and change the password.
identity-told-passkey-removed = A passkey was removed from your Minshu account. If that was not you, change the password soon.
identity-told-passkey-copied = A passkey of your Minshu account may have been copied and was refused. Sign in with your password, remove it and add another.

identity-nav-end-sessions = End sessions
identity-end-sessions-title = End somebody’s sessions
identity-end-sessions-lead = When a phone was stolen, a computer left open, or somebody has left: signs an account out everywhere, at once.
identity-end-sessions = Sign out everywhere
identity-end-sessions-note = Browsers that were remembered are forgotten too. The account stays and its owner can sign in again; a text message says so. To take rights away, end the post.
identity-end-sessions-done = The account is signed out everywhere
identity-told-signed-out = Your Minshu account was signed out everywhere by an administrator. You can sign in again; ask a counter if in doubt.
identity-again-title = Enter your password once more
identity-again-lead = What you are about to change is a way of signing in, so we make sure that it is you. You are not asked again for 10 minutes.
identity-again = Confirm
identity-spare-title = Spare codes
identity-spare-left = { $count ->
    [one] One spare code is left.
   *[other] {$count} spare codes are left.
 }
identity-spare-lead = If your phone is lost or replaced, these codes let you sign in, each of them once. Write them down or print them now and keep them in a safe place; they are not shown again.
identity-spare-kept = I have kept them
identity-spare-renew = Take new spare codes
identity-factor-guessed-at = Somebody knows the password of your Minshu account but did not pass the second step. Change the password soon.
identity-spare-code-used = Your Minshu account was signed in to with a spare code. If that was not you, change the password and take new spare codes.
identity-told-totp-added = Your Minshu account now uses an authenticator. If that was not you, tell a counter soon.
identity-told-totp-removed = The authenticator of your Minshu account was removed; the password alone signs in. If that was not you, change the password soon.
identity-told-spare-renewed = Your Minshu account has new spare codes; the old ones are of no use. If that was not you, change the password.

# Getting an account back
identity-purpose-own = To verify your own phone, sign in and send the code from “Sign-in protection”
identity-wrong-recovery = This code is wrong or no longer holds. { $left ->
    [one] One more mistake
   *[other] {$left} more mistakes
 } and you will have to wait
identity-wrong-recovery-wait = This code is wrong or no longer holds. You can try again in { $unit ->
    [seconds] {$count} seconds
   *[minutes] {$count} minutes
 }
identity-factor-needed = This account uses an authenticator. Enter the six digits that it shows as well, or a spare code; if both are lost, come to a counter with your identity card
identity-recovery-own = Nobody gives an account back to himself; another officer has to do it
identity-recovery-same = Whoever began it cannot confirm it; another officer has to
identity-recovery-open = This account is on its way back already. Finish that first, or wait until it runs out
identity-recovery-not-yet = This code holds from {$at} on: taking an authenticator off waits for a day, so that the true owner has time to stop it
identity-forgot = Forgot your password?
identity-second-nothing-left = Neither authenticator nor spare codes are left
identity-recover-title = Choose another password
identity-recover-lead = With a code sent to your phone, or with the ten letters and digits that a counter gave you. You are then signed out everywhere.
identity-recover-code = Code
identity-recover-code-hint = Six digits from the text message, or the ten letters and digits from the counter
identity-recover-factor = Digits of the authenticator, or a spare code
identity-recover-sent = If this number has an account and was verified, a code is on its way. It is good for 10 minutes.
identity-recover = Choose this password
identity-recovered = The new password is in force and you are signed out everywhere. Sign in with it
identity-recover-counter-title = If no code can reach you
identity-recover-counter = If your phone was never verified, or if authenticator and spare codes are lost: come to a counter with your identity card. When two officers have checked it, you get a code for the form above. If the authenticator has to go as well, the code holds a day later.
identity-code-recover = {$code} is your Minshu code for another password, good for 10 minutes. If you did not ask for it, do nothing and tell it to nobody.
identity-code-verify = {$code} verifies your phone at Minshu, good for 10 minutes. Our staff never ask for it; tell it to nobody.
identity-phone-verified = Verified
identity-phone-unverified = Not verified
identity-phone-verify = Verify the phone
identity-phone-verify-lead = A verified phone lets you choose another password by text message when you forgot yours.
identity-phone-verified-done = The phone is verified
identity-recovery-running = {$at}: a counter began to give this account back to somebody who stands there. If that is not you, stop it now.
identity-recovery-stop = It is not me, stop it
identity-recovery-stopped = Stopped; the code of the counter is of no use. Change your password soon
identity-recoveries-title = Give accounts back
identity-recoveries-lead = For owners who forgot the password or lost the authenticator and stand here with their card: one officer begins, another confirms, and the owner is told at once.
identity-recoveries-waiting = Waiting to be confirmed
identity-recoveries-none = Nothing is waiting. To begin, find the account at the counter first.
identity-recovery-begin-link = Give the account back to its owner
identity-recovery-begin = Begin; another officer confirms
identity-recovery-begun = Begun. Another officer confirms it on this page within a day
identity-recovery-factor = Authenticator and spare codes are lost as well; take them off
identity-recovery-factor-note = The code then holds a day later
identity-recovery-line = {$phone}, begun {$at}
identity-recovery-line-factor = {$phone}, begun {$at}, with the authenticator taken off
identity-recovery-own-line = You began it; another officer confirms
identity-recovery-confirm = Checked, confirm
identity-recovery-code-title = The code for the owner
identity-recovery-code-lead = Copy it out for the owner who stands here. Take no picture and tell nobody else. It is not shown again.
identity-recovery-code-holds = It holds from {$from} until {$until}, once. On the sign-in page the owner follows “Forgot your password?” and enters phone number, this code and a new password.
identity-recovery-code-given = The owner has it
identity-told-recovery-begun = A counter is giving your Minshu account back to somebody who stands there. If that is not you, sign in now and stop it under “Sign-in protection”.
identity-told-recovery-confirmed = A counter confirmed that your Minshu account is given back, and gave a code for another password. If that is not you, sign in now and stop it under “Sign-in protection”.
identity-told-recovery-waits = A counter confirmed that your Minshu account is given back; in a day its authenticator is taken off. If that is not you, sign in now and stop it under “Sign-in protection”.
identity-told-recovered = Your Minshu account has another password and is signed out everywhere. If that was not you, go to a counter now.

# E-licences

# Errors
licences-unknown-type = There is no licence of this type: check the type
licences-bad-values = Some things are to be changed: see below
licences-no-issuer = Nobody issues this licence at this place: check the division
licences-no-seal = The issuer has no electronic seal for this licence yet: have one made under "Electronic seals" first
licences-document = The document could not be made; it is noted. Try again later or ask the operators
licences-already = This case brought a licence of this type already
licences-not-so = { $state ->
    [valid] The licence is valid: there is no need for this
    [suspended] The licence is suspended: this cannot be done now
    [replaced] This version was replaced: use the newer one
   *[other] The licence has ended: nothing more can be done
 }
licences-not-this-type = This is not done to licences of this type
licences-waiting = Something waits for a second officer: settle that first
licences-own-proposal = What you want yourself has to be confirmed by somebody else
licences-outdated = The licence changed since this was wanted: take it back and ask again
licences-too-many-versions = There are 999 versions: cancel the licence and issue a new one
licences-not-shown = The licence does not hold now and cannot be shown
licences-unknown-field = There is no such field: choose again
licences-no-code = There is no such code. Ask to be shown a new one and scan it again
licences-code-over = The time of this code is over. Ask to be shown a new one
licences-code-used = This code was for one look, and somebody looked already. Ask to be shown a new one
licences-code-taken = The holder took this code back. Ask to be shown a new one
licences-too-many = Too many wrong tries: try again in {$seconds} seconds
licences-not-found = Not found: identifier and check value do not fit. Compare both with the licence
licences-one-of-two = Give the identifier with its check value, or the document
licences-unreadable = The document cannot be read
licences-bad-holder = The number is not right: see below what to change
licences-seal-not-so = This cannot be done to the seal now: reload and look again
licences-damaged = A licence in the system cannot be read; it is noted. Please ask the operators
licences-value-missing = Please fill this in
licences-value-long = Too long: at most {$most} characters
licences-value-date = Please give a day, such as 2026-03-05
licences-value-unknown = There is no such thing: please check
licences-document-large = The file is too large: at most 360 KB
licences-document-base64 = The file is to be in base64
licences-document-missing = Please choose a file
licences-document-kind = This is no OFD document: choose a file that ends with .ofd

# States and moves
licences-state-valid = Valid
licences-state-suspended = Suspended
licences-state-withdrawn = Withdrawn
licences-state-cancelled = Cancelled
licences-state-lapsed = Lapsed
licences-state-transferred = Transferred out
licences-state-revoked = Revoked
licences-state-replaced = Replaced
licences-verb-issue = Issued
licences-verb-change = Changed
licences-verb-suspend = Suspend
licences-verb-resume = Resume
licences-verb-withdraw = Withdraw
licences-verb-cancel = Cancel
licences-verb-lapse = Lapsed
licences-verb-transfer = Transfer out
licences-verb-revoke = Revoke
licences-step-two = {$verb} (two officers)
licences-until = Valid until {$day}
licences-without-end = Without end
licences-since = Since {$at}

# One's own licences
licences-nav-mine = My licences
licences-crumbs = Where you are
licences-me = My account
licences-mine-title = My licences
licences-mine-lead = Your own licences and those of the organisations that you act for. Show a QR code in place of paper, and see who looked.
licences-prove-first = Your account is not proved yet. Once a counter has seen your identity card, your licences appear here.
licences-none = There is no licence in your name yet. When a case is granted, the licence comes here by itself.
licences-facts = What it says
licences-holder = Holder
licences-holder-number = Number
licences-issuer = Issued by
licences-issued = Issued on
licences-issued-at = Issued on {$at}
licences-validity = Validity
licences-identifier = Identifier
licences-identifier-hint = As it stands on the licence: digits and letters with dots between.
licences-check = Check value
licences-download = Download OFD ({$size})
licences-pdf = Download PDF
licences-newer = This version was replaced and does not hold any more.
licences-newer-open = See the one that holds
licences-versions = Versions
licences-version = Version {$n}
licences-history = History
licences-looks = Who looked
licences-looks-none = Nobody has looked yet.
licences-looks-offices = What offices asked
licences-way-showing = Somebody scanned a code that you showed
licences-way-identifier = Somebody verified it by identifier and check value
licences-way-document = Somebody verified its document
licences-way-office = An office used it
licences-look-for = {$what}: {$purpose}
licences-separator = {", "}
licences-optional = (optional)
licences-back = Back

# Showing
licences-show = Show
licences-show-title = Show: {$name}
licences-show-lead = Makes a QR code that holds for 5 minutes and shows only what you choose. Whoever scans it needs no software.
licences-purpose = Purpose
licences-purpose-hint = For whom and what for: they and you can read it.
licences-show-fields = What to show
licences-show-fields-hint = Name, state, holder, issuer and validity are always shown.
licences-show-masked = shown masked
licences-show-once = One look only
licences-show-once-note = Once it was opened, nobody else sees anything.
licences-show-make = Make the QR code
licences-show-again = Choose again
licences-qr = QR code to be shown
licences-qr-lead = Have this code scanned; it holds until {$at}.
licences-qr-shows = It shows
licences-qr-state-only = only name, state, holder, issuer and validity
licences-qr-link = They cannot scan it
licences-take-back = Take back
licences-taken-back = Taken back: the code shows nothing any more.
licences-showings = Codes that you showed
licences-showing-until = Until {$at}
licences-showing-over = Over
licences-seen-title = A licence verified
licences-seen-lead = This comes from Fujian's library of electronic licences, as it stands at this moment. Check the address first.
licences-seen-note = Shown for: {$purpose}. This page holds until {$at}; the holder sees that somebody looked.
licences-seen-once = This code is for one look. Open it when you are ready.
licences-seen-open = Open now

# Verification
licences-verify-title = Verify a licence
licences-verify-lead = Anybody can, without signing in.
licences-verify-number = By identifier and check value
licences-verify = Verify
licences-verify-file = By its document
licences-verify-file-lead = Give an OFD document: its signatures and seals are checked one by one, and how the licence stands now. It is used for this alone and deleted within a day.
licences-verify-document = Document (.ofd)
licences-verify-document-do = Check the document
licences-verify-answer = Result
licences-verify-steps = Signatures and seals, step by step
licences-verified-good = The licence is genuine and valid now.
licences-verified-over = The licence is genuine but does not hold now: see its state below.
licences-verified-foreign = This document is not in our register. What was found of its seals is below; ask its issuer whether it holds.
licences-verified-broken = Do not trust this document: something about its signature or seal is wrong, and it may have been altered.
licences-step-holds = Holds
licences-step-fails = Fails
licences-step-none = Not applicable

# Desk
licences-nav-desk = Licences
licences-desk-title = Licences
licences-desk-lead = Issue, find and change the licences of your place.
licences-desk-find = Find by identifier
licences-find = Find
licences-desk-issue = Issue
licences-desk-list = Issued last
licences-desk-none = There is no licence here yet.
licences-next-page = Next page
licences-handle = Handle
licences-change = Change what it says
licences-reason = Reason
licences-reason-hint = The holder reads it: state facts and legal ground.
licences-waiting-title = Waits for a second officer
licences-waiting-for = {$verb}, wanted on {$at}
licences-waiting-own = You want this yourself: somebody else has to confirm it.
licences-agree = Confirm
licences-decline = Decline
licences-uscc = Unified social credit code
licences-citizen = Citizen identity number
licences-division = Division code of the place
licences-division-hint = Six digits, such as 350102. The nearest issuer seals it.
licences-division-wrong = This is no division: Gulou, for example, is 350102
licences-issue-title = Issue: {$name}
licences-issue-lead = It is numbered, sealed and in its holder's hands at once.
licences-issue-do = Issue and seal
licences-issued-done = Issued and sealed.
licences-change-title = Change: {$name}
licences-change-lead = A new version is issued; the one before ends with it.
licences-change-do = Change and seal
licences-changed-done = Changed: the new version is sealed.
licences-holder-new = The holder's new name
licences-holder-new-hint = Only where it changed.
licences-value-stays = Stays as it is where nothing is typed.
licences-proposed-done = It waits for somebody else to confirm it.
licences-moved-done = { $state ->
    [valid] Done: the licence is valid.
    [suspended] Suspended: everybody sees it at once.
   *[other] Done: everybody sees it at once.
 }

# Seals
licences-nav-seals = Electronic seals
licences-seals-title = Electronic seals
licences-seals-lead = One for each issuer. One officer asks for it, another confirms; it seals only what it is authorised for. Private keys rest encrypted.
licences-seals-list = Seals
licences-seals-none = There is no seal yet.
licences-seal-proposed = Waits for another officer to confirm it.
licences-seal-good = In use
licences-seal-ended = Ended
licences-seal-made = Made: it can be used at once. The one before has ended.
licences-seal-serial = Number
licences-seal-types = It seals
licences-seal-until = In use until
licences-seal-ended-at = Ended on
licences-seal-approve = Confirm
licences-seal-drop = Take back
licences-seal-end = End
licences-seal-own = You want this yourself: somebody else has to confirm it.
licences-seal-new = A seal for {$name}
licences-seal-propose = Ask for it
licences-root = Root certificate
licences-root-lead = The authority of this installation. Other software needs it to verify off line.

# Personal data
licences-held = Electronic licences in your name
licences-held-purpose = so that you can show them and use them in place of paper, and others can verify them
licences-held-basis = the issuer's duties by law (Personal Information Protection Law, article 13, paragraph 1, item 3)
licences-held-period = while they hold and for the years that each type sets after their end; looks for three years. When you leave, the register is kept by law, no longer tied to your account
licences-leave-kept = The register of {$n} licences is kept by law, sealed for the issuer
licences-record = Electronic licences
licences-record-starts = The day on which the licence ended

# Step by step
licences-check-package = It is a signed OFD document
licences-check-references = No protected file was changed
licences-check-coverage = Everything that is shown is protected
licences-check-data-hash = The signed value belongs to this list of files
licences-check-signature = The signature is by the signer's key
licences-check-signer = The seal allows this signer
licences-check-seal = The seal is as its maker made it
licences-check-chain = The certificates lead to a trusted authority and held when it was signed
licences-check-timestamp = Time stamp
licences-check-standing = The seal could be used when it was sealed

## What a verification finds
licences-finding-missing-file = {$what} is protected by the signature and missing
licences-finding-changed-file = {$what} was changed after it was signed
licences-finding-digest-method = The digests are made by {$what} instead of SM3
licences-finding-nothing-protected = The signature protects no file
licences-finding-unprotected = Not protected by the signature: {$what}
licences-finding-unreadable = The signed value cannot be read ({$what})
licences-finding-other-list = The signed value belongs to another list of files
licences-finding-wrong-signature = The signature is not by the key of the certificate that it names
licences-finding-certificate = The certificate cannot be used ({$what})
licences-finding-signer-not-listed = The seal does not allow signatures of {$what}
licences-finding-seal-changed = The seal is not as its maker made it
licences-finding-seal-differs = The seal that is shown is another one than the one that was signed with
licences-finding-chain-unknown = {$what}, who issued the certificate, is not trusted here
licences-finding-chain-validity = The certificate of {$what} was not valid at the time of signing
licences-finding-chain-revoked = The certificate of {$what} had been revoked before the time of signing
licences-finding-chain-usage = The certificate of {$what} is not one for signing
licences-finding-no-time = The signature does not say when it was made
licences-finding-no-timestamp = There is no time stamp; the time is the signer's own
licences-finding-timestamp-not-judged = There is a time stamp, which is not judged here
licences-finding-seal-time = The seal could not be used at the time of signing
licences-finding-future = The document says that it was signed in the future
licences-finding-seal-withdrawn = The seal had been withdrawn before it was used
licences-finding-seal-not-asked = Nobody was asked whether the seal has been withdrawn
licences-finding-earlier = Not looked at, because a step before failed

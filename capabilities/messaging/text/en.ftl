# Messaging: messages in the inbox

# Failures
messaging-unknown-template = There is no such message template. Check the name that the flow gives
messaging-bad-values = What goes into the message is not complete or not right. Mend it where it is pointed out below
messaging-no-addressee = It is not said to whom the message goes. Name an account, a person or an organisation
messaging-not-offered = This installation does not have this way of telling people. Choose another one
messaging-damaged = A message in the system cannot be read. It was noted; please ask the operator

# What was given
messaging-problem-unknown = The template has no value “{$name}”. Check the name
messaging-problem-missing = “{$name}” is missing
messaging-problem-twice = “{$name}” is given twice; once is enough
messaging-problem-characters = “{$name}” holds a line break or an invisible control character. Take it out
messaging-problem-long = “{$name}” is too long: at most 300 characters, 100 where it stands in the link
messaging-problem-instant = “{$name}” is no instant between 1970 and 9999
messaging-problem-too-many = Too many values, at most {$most}
messaging-problem-about = Write a kind and an id, such as casework.case:id
messaging-problem-accounts = At most 20 accounts at once, and no other addressee beside them.
messaging-problem-limit = A page has at least 1 and at most {$most} messages

# The inbox
messaging-nav-inbox = Messages
messaging-nav-unread = {$n} unread
messaging-inbox-title = Messages
messaging-lead-read = You have read them all.
messaging-lead-unread = { $n ->
    [one] {$n} message is unread.
   *[other] {$n} messages are unread.
 }
messaging-lead-many = More than {$n} messages are unread.
messaging-read-all = Mark all as read
messaging-filter = Filter
messaging-filter-all = All
messaging-filter-unread = Unread
messaging-unread = Unread
messaging-read = Read
messaging-separator = {", "}
messaging-today = Today, {$date}
messaging-yesterday = Yesterday, {$date}
messaging-first-page = First page
messaging-next-page = Next page
messaging-empty = There are no messages yet. When something moves in one of your cases, you are told here.
messaging-empty-unread = No unread messages.
messaging-empty-all = See all messages
messaging-empty-go = See what you can apply for
messaging-notice-all-read = All are marked as read
messaging-notice-some-read = The latest {$count} are marked as read; older ones are still unread

# A message
messaging-crumbs = Where you are
messaging-one = A message
messaging-tone-wait = Under way
messaging-tone-act = Yours to do
messaging-tone-good = Done
messaging-tone-bad = Not successful
messaging-go = See the details
messaging-go-act = Do it now
messaging-back = Back to messages
messaging-mine-unread = Unread message
messaging-mine-several =
    { $n ->
        [one] {$n} unread message
       *[other] {$n} unread messages
    }
messaging-mine-many = More than {$n} unread messages
messaging-mine-latest = The latest: {$title}

# Texts to telephones and mailboxes
messaging-try = This is a trial, sent at {$at}. There is nothing to do.
messaging-try-subject = A trial
messaging-nav-channels = Short messages and mail
messaging-channels-lead = While a channel is down, texts wait and none is lost; they go out when it works again. A code whose time is over is not sent.
messaging-channel-sms = Short messages
messaging-channel-email = Mail
messaging-channel-absent = Not set up
messaging-channel-paused = Paused
messaging-channel-failing = Nothing goes out
messaging-channel-works = Works
messaging-channel-queued = Waiting
messaging-channel-oldest = The oldest was written
messaging-channel-sent = Last handed over
messaging-channel-failed = Last failure
messaging-channel-error = What failed
messaging-channel-retry = Tried again
messaging-channel-pause = Pause
messaging-channel-open = Go on
messaging-channel-try = Try now
messaging-channel-now-paused = Paused. What comes now waits
messaging-channel-now-open = It is tried at once. Reload in a moment to see how it went
messaging-channel-sms-one = Short message
messaging-channel-email-one = Mail
messaging-told = How you were told besides
messaging-told-queued = {$channel}: waits to go out, written {$at}
messaging-told-waits = {$channel}: the channel is down; it waits and goes out afterwards
messaging-told-sent = {$channel}: handed to the carrier {$at}
messaging-told-delivered = {$channel}: delivered {$at}
messaging-told-read = {$channel}: the message was read before, so none was sent
messaging-told-expired = {$channel}: it could not go out for three days and is not sent any more
messaging-told-failed = {$channel}: it failed {$at}; please check the telephone number of your account

# How one is told
messaging-bad-address = Please give a mail address, such as name@example.com
messaging-soon-again = A code was sent a moment ago. Please ask again in { $seconds ->
    [one] one second
   *[other] {$seconds} seconds
}
messaging-many-codes = Enough codes were sent today. Please try again tomorrow
messaging-wrong-code = That is not the code. { $left ->
    [0] Please have another one sent
    [one] You have one more trial
   *[other] You have {$left} more trials
}; please compare it with the six digits in the mail
messaging-code-over = The code is too old, or was wrong too often. Please have another one sent
messaging-problem-hour = Please choose a time of day, such as 22:00
messaging-preferences-title = How you are told
messaging-preferences-lead = Every message is in your inbox. Choose here what is also sent by short message and by mail, and when you are not to be disturbed.
messaging-what = What else is sent
messaging-kind = Kind of message
messaging-kind-legal = Legal notices
messaging-kind-legal-note = Acceptance, correction, decisions: the law says that they reach you, so they cannot be switched off
messaging-kind-act = Things for you to do
messaging-kind-act-note = They wait for you and go no further without you
messaging-kind-progress = Progress
messaging-kind-progress-note = How far your matters have come
messaging-kind-news = Reminders and news
messaging-kind-news-note = Renewals, new rules; nothing is lost without them
messaging-kind-security = Sign-in and safety
messaging-kind-security-note = Codes and changes of your account protect you, so they cannot be switched off
messaging-always = Always
messaging-no-sms = Short messages are not set up here yet.
messaging-no-email = Mail is not set up here yet.
messaging-quiet = Quiet hours
messaging-quiet-hint = Nothing is sent in these hours; it goes out when they end. Codes to sign in with are sent at once.
messaging-quiet-keep = Keep the quiet hours
messaging-quiet-from = From
messaging-quiet-until = Until
messaging-language = Language of short messages and mails
messaging-choices-keep = Save
messaging-choices-kept = Saved
messaging-mail-title = Mail address
messaging-mail-now = Address now
messaging-mail-none = There is no address yet. With one, the messages chosen above are sent there too.
messaging-mail-since = Proved {$at}
messaging-mail-dead = Takes no mail
messaging-mail-bad = {$mail} takes no mail: what was sent on {$at} came back, and its server says that there is no such mailbox. Please give another address.
messaging-mail-field = Mail address
messaging-mail-other = Another address
messaging-mail-hint = A code is sent there first and counts once you give it here. The address before is told.
messaging-mail-send = Send the code
messaging-mail-remove = Stop using mail
messaging-mail-sent = The code is on its way. Please look into your mailbox
messaging-mail-proved = {$mail} is proved. Messages go there too from now on
messaging-mail-gone = No more mail is sent
messaging-code = Code in the mail
messaging-code-hint = The six digits that were sent to {$mail}, good until {$until}. If nothing came, look among unwanted mail.
messaging-code-give = Prove the address
messaging-claim-bad = {$mail} takes no mail: its server says that there is no such mailbox. Please check the address and send again.
messaging-mail-code-subject = Code for your mail address
messaging-mail-code = Your code is {$code}. It is good for {$minutes} minutes and proves this address alone; tell it to nobody. If you did not ask for it, there is nothing to do.
messaging-mail-changed-subject = Your address for notices was changed
messaging-mail-changed = On {$at} the address for notices of your account became {$mail}; nothing is sent to this one any more. If that was not you, sign in at once, change your password, and look at your devices.
messaging-mail-removed = On {$at} your account stopped sending notices to this address. If that was not you, sign in at once, change your password, and look at your devices.
messaging-stop-title = Stop mails of this kind
messaging-stop-lead = Stop getting “{$kind}” by mail? The messages stay in your inbox.
messaging-stop-do = Stop
messaging-stop-done = “{$kind}” is not sent by mail any more.
messaging-stop-rest = To change anything else, sign in and open
messaging-inbox-mail-bad = {$mail} takes no mail, so messages are here alone.
messaging-acknowledge = I have it
messaging-acknowledge-lead = This message asks you to say that you have it. Otherwise it goes on to others after some working hours.
messaging-acknowledged = You said on {$at} that you have it
messaging-notice-acknowledged = Noted that you have it
messaging-passed = This message went to a colleague in your post first. Nobody has looked at it for { $hours ->
    [one] one working hour
   *[other] {$hours} working hours
}, so it is yours now too.
messaging-passed-above = This message went to the handling officer first. Nobody has looked at it for { $hours ->
    [one] one working hour
   *[other] {$hours} working hours
}. Please see that somebody does.
messaging-receipts-title = Messages that were sent
messaging-receipt-sent = In the inbox since {$at}
messaging-receipt-unread = Not read yet
messaging-receipt-read = Read {$at}
messaging-receipt-read-only = Read {$at}, not confirmed yet
messaging-receipt-acknowledged = Confirmed {$at}
messaging-receipt-passed = Passed on, as nobody read it
messaging-problem-reason = Please say why it is given up, in 200 characters at most
messaging-parked-title = Messages that could not be made
messaging-parked-none = None.
messaging-parked-lead = The templates of these messages could not be filled in. They alone wait; everything else is sent. Once it is mended, have them made again.
messaging-parked-what = Flow {$flow}: {$what}
messaging-parked-cure = What to do: compare the template in the folder messages of the pack {$pack} with what the flow {$flow} gives, run minshu packs apply, and have it made again.
messaging-parked-cure-flow = What to do: check the name of the template in the flow {$flow}, run minshu packs apply, and have it made again.
messaging-parked-again = Make again
messaging-parked-give-up = Give up
messaging-parked-given-up-reason = An operator chose on the page not to send it
messaging-parked-sent = It was made and sent
messaging-parked-gone = That one is given up
messaging-parked-still = It still cannot be made. Please mend what is named below
messaging-held = Messages
messaging-held-purpose = To tell you how your applications do and what you have to do.
messaging-held-basis = Administrative Licensing Law of the People's Republic of China, articles 32 and 44 (notice and service)
messaging-held-period = As long as you want to look at them. They go at an erasure.

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

# Cards: those of one person

# Errors
cards-not-proved = Your account is not proved yet: take your identity card to a counter, then bind cards
cards-unknown-kind = Please choose a kind of card
cards-unknown-purpose = There is no such purpose: check the terminal's settings
cards-bad-number = The number is not right: see below what to change
cards-already = This card is bound already
cards-too-many = At most {$most} cards of this kind can be bound: give one up first
cards-of-another = This card is bound to somebody else. Check whose it is; in doubt ask who issued it
cards-own-card = Your own card has to be seen by another clerk
cards-differs = This is not the number that was entered: look at the card again
cards-not-so = { $state ->
    [claimed] This card has not been seen at a counter yet, so this cannot be done
    [good] This card is in order, so there is nothing to do
    [stopped] This card is stopped. If you found it, take it and your identity card to a counter
   *[ended] This card was given up: bind it again
 }
cards-nobody-proved = No proved account has this number: prove the person's account first
cards-damaged = A card cannot be read. It has been noted; please tell the operator
cards-number-missing = Please enter the number
cards-number-digits = The number has digits only
cards-number-signs = The number has digits and letters only
cards-number-length = The number should have {$lengths} characters
cards-number-slip = One digit is wrong: please compare it with the card

# One's own
cards-nav-mine = My cards
cards-crumbs = Where you are
cards-me = My account
cards-mine-title = My cards
cards-mine-lead = Social security, citizen, transit and health cards in one place: any of them stands for you, and a lost one is stopped everywhere from here.
cards-prove-first = Your account is not proved yet. Take your identity card to a counter; then you can bind cards.
cards-none = No cards yet.
cards-bind-title = Bind a card
cards-bind = Bind
cards-kind = Kind of card
cards-number = Number
cards-number-hint = As on the card; blanks may be left out.
cards-bound = Entered. Take the card and your identity card to a counter, and it can be used.
cards-state-claimed = to be checked
cards-state-good = in order
cards-state-stopped = stopped
cards-state-ended = given up
cards-since-claimed = entered {$at}
cards-since-good = usable since {$at}
cards-since-stopped = stopped {$at}
cards-since-ended = given up {$at}
cards-stopped-lost = stopped {$at}: lost
cards-stopped-stolen = stopped {$at}: stolen
cards-stopped-misused = stopped {$at}: used by somebody else
cards-claimed-next = Take the card and your identity card to a counter, and it can be used.
cards-stopped-next = If you found it, take it and your identity card to a counter. If not, have another one made where it was issued.
cards-loss-title = Report a loss
cards-loss-lead = It is stopped at once: no terminal takes the card any more. Only a counter that sees you and the card makes it good again.
cards-loss-what = What happened
cards-loss-lost = I cannot find it
cards-loss-stolen = It was stolen
cards-loss-misused = Somebody else uses it
cards-loss-all = Stop my other cards as well
cards-loss-report = Stop it
cards-loss-done = { $count ->
    [one] One card is stopped; nobody takes it any more.
   *[other] {$count} cards are stopped; nobody takes them any more.
 }
cards-end-title = Give it up
cards-end-lead = The card stands for you here no more. Where it was issued it can still be used.
cards-end = Give up
cards-ended = Given up.

# At the counter
cards-nav-counter = People's cards
cards-counter-title = People's cards
cards-counter-lead = Check the cards that people bring; report losses, make cards good again, give them up. First the identity card, then the card.
cards-counter-find = Find somebody's cards
cards-citizen-number = Citizen identity number
cards-find = Find
cards-counter-held = Cards of {$name}
cards-counter-none = No cards yet.
cards-number-seen = Number on the card
cards-counter-confirm = Card and holder seen: it is right
cards-counter-lift = Card and holder seen: make it good again
cards-counter-loss = Stop this card
cards-counter-loss-all = Stop all cards
cards-counter-enter-title = Bind a card for its holder
cards-counter-enter-lead = The holder is here with the card; it can be used at once.
cards-counter-enter = Bind
cards-counter-entered = Bound; it can be used at once.
cards-counter-confirmed = Checked; it can be used at once.
cards-counter-lifted = In order again.
cards-counter-stopped = Stopped; nobody takes this card any more.
cards-counter-stopped-all = All cards are stopped.

# Personal data
cards-held = Cards
cards-held-purpose = So that any of your cards stands for you, and a loss is stopped at once
cards-held-basis = You bound them, or asked for it at a counter (Personal Information Protection Law, article 13, item 1)
cards-held-period = Until you give a card up or leave; they go when you leave

package faults

import "time"

// flood contains more new errors at once than max-new-issues permits.
var flood = []string{"otter", "heron", "badger", "lynx", "marten", "stoat", "weasel", "plover"}

// history is the story on which most faults are tried: ten runs, twenty minutes apart, over three log
// groups.
func history() *script {
	const shop, pay, mail = "/ecs/shop", "/ecs/pay", "/aws/lambda/mail"
	s := newScript()
	m := func(minutes float64) time.Duration { return time.Duration(minutes * float64(time.Minute)) }

	// alpha never stops. Now and then several fail in the same millisecond, so that a page may end between
	// equal timestamps.
	for i := range 42 {
		at := m(-18 + float64(i)*5.3)
		s.message("alpha", shop, at, time.Second)
		if i%6 == 0 {
			for range 9 {
				s.message("alpha", shop, at, 2*time.Second)
			}
		}
	}
	s.truths["alpha"].comments = 1 // for the hundredth event
	// bravo appears in two log groups, whose counts add up.
	for i := range 8 {
		s.trace("bravo", shop, m(-10+float64(i)*24), time.Second)
		s.trace("bravo", pay, m(-9.5+float64(i)*24), time.Second)
	}
	// charlie's traces are logged line by line, across page borders.
	for i := range 9 {
		s.tornTrace("charlie", pay, m(-12+float64(i)*22.5), time.Second)
	}
	// november's events are found only by their first lines.
	for i := range 6 {
		s.thinTrace("november", shop, m(-14+float64(i)*34), time.Second)
	}
	// delta's machines deliver late, up to lateness, or their clocks are ahead.
	for i := range 12 {
		s.message("delta", mail, m(-8+float64(i)*16), m(float64(i%4)*3.3))
		s.message("delta", mail, m(-2+float64(i)*16), m(-5)) // five minutes ahead
	}
	s.message("delta", mail, m(189), m(9.9))
	// echo is closed as completed and happens again, late enough that people can return if its issue was
	// filed late.
	s.message("echo", pay, m(-5), 0)
	s.message("echo", pay, m(12), 0)
	s.person(4, closing("echo", "completed"))
	s.message("echo", pay, m(165), 0)
	s.message("echo", pay, m(166), 0)
	s.truths["echo"].comments = 1
	// foxtrot is closed; its event that is delivered afterwards happened before.
	s.message("foxtrot", mail, m(15), 0)
	s.message("foxtrot", mail, m(16), 0)
	s.message("foxtrot", mail, m(75), m(9.9))
	s.person(4, closing("foxtrot", "completed"))
	s.truths["foxtrot"].state = "closed"
	// golf and hotel are muted.
	for _, name := range []string{"golf", "hotel"} {
		s.message(name, shop, m(-6), 0)
		s.message(name, shop, m(17), 0)
	}
	s.person(5, closing("golf", "not_planned"))
	s.person(5, labelling("hotel", "errmon:ignore"))
	for _, name := range []string{"golf", "hotel"} {
		s.truths[name].silent = true
		s.message(name, shop, m(130), 0)
		s.message(name, shop, m(150), 0)
	}
	s.truths["golf"].state = "closed"
	// india reaches min-events late; juliet never does.
	s.message("india", pay, m(3), 0)
	s.message("india", pay, m(117), 0)
	s.message("juliet", mail, m(5), 0)
	s.truths["juliet"].issue = false
	// The flood.
	for i, name := range flood {
		s.message(name, shop, m(24+float64(i)/4), 0)
		s.message(name, shop, m(33+float64(i)/4), 0)
	}
	// People write in the issues of lima and mike.
	for i := range 7 {
		s.message("lima", mail, m(-4+float64(i)*27), time.Second)
		s.message("mike", mail, m(-3+float64(i)*29), time.Second)
	}
	s.person(4, writingAround("lima", "Known since May: see the runbook.", "The owner is team mail."))
	s.person(7, writingAround("lima", "It comes from the new relay.", ""))
	s.person(5, renaming("mike", "Mail gets lost at night"))
	addSentry(s, shop)
	return s
}

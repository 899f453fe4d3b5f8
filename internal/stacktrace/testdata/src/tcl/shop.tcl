# Prints one failure of Tcl, chosen by name. See ../generate.sh.
source [file join [file dirname [info script]] cart.tcl]

proc logged {script} {
    if {[catch {uplevel 1 $script} message options]} {
        puts stderr "ERROR checkout failed: $message"
        puts stderr [dict get $options -errorinfo]
    }
}

switch [lindex $argv 0] {
    uncaught { cart::total {shoe} }
    zero { cart::share 0 }
    command { cart::pay 4111 }
    thrown { cart::charge 4111 }
    arguments { cart::order }
    nested { foreach parts {2 1 0} { cart::share $parts } }
    evaluated { eval {cart::share 0} }
    logged { logged {cart::charge 4111} }
    rethrown { try { cart::charge 4111 } trap {PAYMENT DECLINED} {message options} { return -options $options $message } }
    file { cart::load }
    recursion { interp recursionlimit {} 40; cart::deep 0 }
    lambda { apply {{parts} { cart::share $parts }} 0 }
    multiline { cart::check }
}

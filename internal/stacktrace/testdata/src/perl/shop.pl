# Prints one failure of Perl, chosen by name. See ../generate.sh.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/local/lib/perl5";
use Carp;
use Shop::Cart;
use Wallet;

local $SIG{__DIE__} = sub { Carp::confess(@_) unless $_[0] =~ /\n\t/ };

sub check { confess "invalid order:\n  - no items\nno address" }
sub refer { my $name = 'amount'; return @{$name} }
sub no_method { return Shop::Cart->no_such_method(1) }
sub load_module { require No::Such::Module }
sub order { return Shop::Cart->new(undef) }

my %failures = (
    uncaught => sub { order()->total },
    zero => sub { order()->share(0) },
    confessed => sub { order()->charge('4111') },
    cause => sub { order()->pay('4111') },
    croaked => sub { order()->refuse },
    missing => sub { no_method() },
    strict => sub { refer() },
    module => sub { load_module() },
    package => sub { Wallet->each_coin(sub { order()->share($_[0]) }) },
    multiline => sub { check() },
    evaluated => sub { eval 'order()->share(0)' or die $@ },
);

$failures{ $ARGV[0] }->();

package Shop::Cart;
use strict;
use warnings;
use Carp;

sub new { my ($class, @items) = @_; return bless { items => \@items }, $class }

sub total {
    my ($self) = @_;
    return $self->{items}[0]->amount;
}

sub share { my ($self, $parts) = @_; return 100 / $parts }

sub charge { my ($self, $card) = @_; confess "card $card was declined" }

sub pay {
    my ($self, $card) = @_;
    eval { $self->charge($card); 1 } or confess "payment failed: $@";
    return;
}

sub refuse { Carp::croak('no such currency') }

1;

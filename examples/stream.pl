#!/usr/bin/perl
# Read results in another language: mirror stream writes one JSON object a line.
#
#     perl stream.pl clip.mp4
#
# With frames of your own, write them to its standard input instead, as y4m or Motion JPEG.
use strict;
use warnings;
use JSON::PP;

open(my $results, "-|", "mirror", "stream", "--source", $ARGV[0], "--out-format", "jsonl")
    or die "mirror stream did not start: $!";
while (my $line = <$results>) {
    my $frame = decode_json($line);
    next unless exists $frame->{frame};    # the first and last lines are about the whole run
    my $people = $frame->{people};
    printf("%.3f s: %d people\n", $frame->{time}, scalar @$people);
}
close($results) or die "mirror stream failed";

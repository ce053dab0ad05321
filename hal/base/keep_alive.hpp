// When a TCP connection to a silent peer is given up, the same for every connection that hal opens.
// It changes options of a socket and never reads or writes one.
#pragma once

namespace hal {

/// A connection ends after 5 s in which sent data stays unacknowledged, or after 5 s without traffic and two unanswered
/// probes 2 s apart. A socket that is not TCP refuses the options, which does no harm.
void giveUpOnSilence(int socket);

} // namespace hal

//! Whatever a server does wrong: the run ends in the right class, nothing is lost, the other calls come in, and a later
//! run without the fault has everything.

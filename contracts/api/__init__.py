"""Everything that speaks one API's words; APIs do not know each other."""

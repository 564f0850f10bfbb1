"""Tools that know nothing of microblogging: they would help a program about bicycles too."""

"""The whole customer on one screen: a module a tab. They read other packages' tables, not their code."""

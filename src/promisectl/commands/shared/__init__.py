"""The steps that commands share: they check arguments, ask, record and answer."""

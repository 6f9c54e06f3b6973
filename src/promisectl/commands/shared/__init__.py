"""What several commands share: their arguments, how they record, ask and answer."""

"""The one error that a person can mend; the command line and the page turn it into a sentence."""


class UserError(ValueError):
    """What was asked for cannot be done as asked; the message is one sentence: what is wrong and what to do."""

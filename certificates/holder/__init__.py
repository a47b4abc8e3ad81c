"""What a holder can do without a sign-in: look for a lost paper, open the link that the centre printed."""

"""Accounts: sign-up, sign-in, tokens and API keys."""

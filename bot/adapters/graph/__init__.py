"""Microsoft Graph behind the bot's ports; the only folder that knows the msgraph SDK, and loads it on first use."""

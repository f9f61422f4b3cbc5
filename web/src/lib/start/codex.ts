/** What `~/.codex/config.toml` needs for Codex to go through this server; its key stands in the environment. */
export const codexConfig = (origin: string): string => `model_provider = "weir"

[model_providers.weir]
name = "Weir"
base_url = "${origin}/v1"
env_key = "WEIR_KEY"
wire_api = "responses"`;

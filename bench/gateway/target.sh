#!/bin/sh
# Starts the built gateway in its measured form: one process, ledger on, routing on.
#   target.sh PORT UPSTREAM     serves the model gpt-4o-mini from UPSTREAM/v1 to the client key `bench`
set -eu
port=$1
upstream=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/tierline-bench.XXXXXX")
cat > "$work/tierline.yaml" <<YAML
server: { host: 127.0.0.1, port: $port }
keys: [{ key: bench, tenant: bench }]
providers:
  openai: { base_url: $upstream/v1, api_key: sk-bench }
  anthropic: { base_url: $upstream/v1, api_key: sk-bench }
models:
  gpt-4o-mini: { use: openai/gpt-4o-mini, tier: small }
  claude: { use: anthropic/claude-sonnet-4-20250514, tier: mid }
baseline: claude
tasks:
  triage: { match: { header: { x-tierline-task: triage } }, route: { model: gpt-4o-mini, fallback: [claude] } }
ledger: { path: $work/ledger.db }
YAML
node="$root/node_modules/.bin/node"
[ -x "$node" ] || node=node
exec "$node" --max-semi-space-size=2 --initial-old-space-size=64 "$root/dist/cli/main.js" serve --config "$work/tierline.yaml"

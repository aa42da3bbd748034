# keys.jq: of `kadc --emit=schema`, a line for each key: map, key, type, required, meaning.

def plain: if . == "object" then "map" elif . == "array" then "list"
    elif . == "string" then "text" elif . == "integer" then "count" else . end;

# What the value is, as people say it; `.` is its schema.
def kind:
    if del(.description) == {} then "any value"
    elif .["$ref"] then .["$ref"] | sub(".*/"; "") | "`\(.)`"
    elif .anyOf or .oneOf then [(.anyOf // .oneOf)[] | kind] | join(" or ")
    elif .enum then [.enum[] | "`\(.)`"] | join(" or ")
    elif (.type | type) == "array" then "scalar"
    elif .type == "array" then (.items | kind) as $item
        | if $item == "any value" then "list" else "list of \($item)" end
    elif .type == "object" then (.additionalProperties | kind) as $item
        | if $item == "any value" then "map" else "map to \($item)" end
    elif .pattern then (if .pattern | test("ms") then "duration"
        elif .pattern | test("[.]") then "version" else "name" end)
    else .type | plain end;

def rows($map; $schema):
    $schema.properties | to_entries[]
    | [$map, .key, (.value | kind),
       (.key | IN($schema.required[]?)),
       (.value.description // "")]
    | @tsv;

rows("workflow"; .), (.["$defs"] as $defs
    | ["step", "cli", "schedule", "webhook", "event", "watch", "entry",
        "received-parameter", "scheduled-parameter", "type", "output"] as $first
    | ($first + (($defs | keys) - $first))[] as $map
    | select($defs[$map].properties) | rows($map; $defs[$map]))

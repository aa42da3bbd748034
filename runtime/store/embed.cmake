# Writes the SQL file IN as a C string, NAME, into the header OUT. Comments stay
# behind: SQLite would store them in the database and read them at each start.
file(READ "${IN}" sql)
string(REGEX REPLACE "[ ]*--[^\n]*" "" sql "${sql}")
string(REGEX REPLACE "\n\n+" "\n" sql "${sql}")
string(REGEX REPLACE "^\n" "" sql "${sql}")
string(REPLACE "\\" "\\\\" sql "${sql}")
string(REPLACE "\"" "\\\"" sql "${sql}")
string(REPLACE "\n" "\\n\"\n    \"" sql "${sql}")
file(WRITE "${OUT}" "/* Generated from SQL. */\n"
    "static const char ${NAME}[] =\n    \"${sql}\";\n")

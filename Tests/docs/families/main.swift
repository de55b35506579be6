// Prints the table of docs/families.md: `make families` puts it there.

import Forms

print(FamilyTable.text(), terminator: "")

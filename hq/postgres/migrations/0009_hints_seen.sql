-- The hints that people have understood stand under one name at branches and at headquarters.
ALTER TABLE hint_seen RENAME TO hints_seen;

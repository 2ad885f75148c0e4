package postgres

// OpenUnsettled opens a database into which something is being moved.
var OpenUnsettled = connect

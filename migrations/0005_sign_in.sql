-- Operators of the dashboard: better-auth's tables (names and columns are what its adapter asks for, with our prefix) and who may work in which workspace.
CREATE TABLE operator_users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, emailVerified INTEGER NOT NULL, image TEXT,
  createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE operator_sessions (
  id TEXT PRIMARY KEY, expiresAt TEXT NOT NULL, token TEXT NOT NULL UNIQUE, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL,
  ipAddress TEXT, userAgent TEXT, userId TEXT NOT NULL REFERENCES operator_users (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX operator_sessions_by_user ON operator_sessions (userId);
CREATE TABLE operator_accounts (
  id TEXT PRIMARY KEY, accountId TEXT NOT NULL, providerId TEXT NOT NULL, userId TEXT NOT NULL REFERENCES operator_users (id) ON DELETE CASCADE,
  accessToken TEXT, refreshToken TEXT, idToken TEXT, accessTokenExpiresAt TEXT, refreshTokenExpiresAt TEXT, scope TEXT, password TEXT,
  createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operator_accounts_by_user ON operator_accounts (userId);
CREATE TABLE operator_verifications (
  id TEXT PRIMARY KEY, identifier TEXT NOT NULL, value TEXT NOT NULL, expiresAt TEXT NOT NULL, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operator_verifications_by_identifier ON operator_verifications (identifier);
CREATE TABLE operator_rate_limits (
  id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, count INTEGER NOT NULL, lastRequest INTEGER NOT NULL
) WITHOUT ROWID;
-- role: owner (later: admin, author, viewer).
CREATE TABLE members (
  operator TEXT NOT NULL, workspace TEXT NOT NULL, role TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (operator, workspace)
) WITHOUT ROWID;

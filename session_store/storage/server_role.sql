-- The role that the server signs in with on PostgreSQL: it may add to the record and read it, and has no right to change
-- it. Run this once as the owner of the tables, after each migration:
--   psql --set=role=infusion_server --file=server_role.sql DATABASE
-- The role itself is made by the administrator: CREATE ROLE infusion_server LOGIN. Migrations are run by the owner: start
-- the new version once with the owner's address.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"role";
-- Rebuilding sorts the changes in a temporary table.
GRANT TEMPORARY ON DATABASE :"DBNAME" TO :"role";
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO :"role";
GRANT INSERT ON patient, infusion_session, entry, clinic_entry, entry_receipt, alert_fact, change TO :"role";
-- What is no record but a counter, an account, or made from the entries.
GRANT INSERT, UPDATE ON clinic, account, sign_in, tablet_presence TO :"role";
GRANT INSERT, UPDATE, DELETE ON session_summary, session_outcome TO :"role";

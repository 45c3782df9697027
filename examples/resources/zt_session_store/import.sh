terraform import zt_session_store.main main

terraform import zt_edge_app.members main/members
